// All checks, by theme.

import { checks as builds } from "./builds.mjs";
import { checks as leases } from "./leases.mjs";
import { checks as lifetimes } from "./lifetimes.mjs";
import { checks as names } from "./names.mjs";
import { checks as revalidation } from "./revalidation.mjs";
import { checks as softRevalidation } from "./soft-revalidation.mjs";
import { checks as values } from "./values.mjs";

/** @type {Record<string, import("./check.mjs").Check[]>} */
export const THEMES = {
  values,
  lifetimes,
  revalidation,
  "soft revalidation": softRevalidation,
  names,
  builds,
  leases,
};
