// What is asserted of every version, of this package's handler on two instances and of Next's own on one.

import { CLIENT, SLIM } from "./client.mjs";
import { EDGE } from "./edge.mjs";
import { PRERENDERED } from "./prerendered.mjs";
import { REVALIDATION } from "./revalidation.mjs";
import { SHARING } from "./sharing.mjs";

/** In this order: the first are about what no request has come for yet. */
export const CHECKS = [...PRERENDERED, ...SHARING, ...REVALIDATION, ...EDGE, ...CLIENT, ...SLIM];
