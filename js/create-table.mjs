// createCacheTable: the table as the handler needs it, created or completed.

import { instantiate } from "../pkg/core.mjs";
import "#core";
import runtime from "#runtime";
import { compileCore } from "./core.mjs";
import { coreOptions, resolveOptions } from "./options.mjs";
import { hostFor, loggerFor } from "./shared.mjs";

/** @type {typeof import("../types/create-table.d.ts").createCacheTable} */
export async function createCacheTable(given = {}) {
  const { onProgress = () => {}, ...rest } = given;
  if (typeof onProgress !== "function") {
    throw new TypeError("nextjs-dynamodb-cache: the option onProgress accepts a function");
  }
  const options = resolveOptions(rest, runtime.env);
  const host = hostFor(options, loggerFor(options.log));
  return new Promise((resolve, reject) => {
    const { createTable } = instantiate(compileCore(), reject);
    const created = createTable(host, coreOptions(options), onProgress);
    created.finally(() => host.setAwaited(false)).then(resolve, reject);
  });
}
