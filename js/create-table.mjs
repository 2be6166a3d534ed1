// createCacheTable: the table as the handler needs it, created or completed.

import { withAdmin } from "./admin.mjs";

/** @type {typeof import("../types/create-table.d.ts").createCacheTable} */
export async function createCacheTable(given = {}) {
  const { onProgress = () => {}, ...options } = given;
  if (typeof onProgress !== "function") {
    throw new TypeError("nextjs-dynamodb-cache: the option onProgress accepts a function");
  }
  return withAdmin(options, (admin) => admin.createTable(onProgress));
}
