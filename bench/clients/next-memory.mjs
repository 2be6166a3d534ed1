// Next's own handler with the entry in its memory: what there is on one instance, without any store behind it.

import { createRequire } from "node:module";
import { join } from "node:path";
import { VERSIONS, installedNext } from "../../tests/conformance/versions.mjs";

/** The newest that the tests run on. */
export const NEXT_VERSION = VERSIONS.at(-1) ?? "";

/** @returns {Promise<string>} where that version is, as the tests install it */
export function nextModules() {
  return installedNext(NEXT_VERSION);
}

export async function nextMemory() {
  const require = createRequire(join(await nextModules(), "next/package.json"));
  const { default: FileSystemCache } = require("next/dist/server/lib/incremental-cache/file-system-cache.js");
  // Without a file system, so that nothing but the memory can answer. The size is Next's default.
  const options = { fs: {}, flushToDisk: false, serverDistDir: "", revalidatedTags: [], maxMemoryCacheSize: 50 * 1_024 * 1_024 };
  const ctx = { kind: "APP_PAGE" };
  return {
    // Next makes an instance for each request.
    get: (key) => new FileSystemCache(options).get(key, ctx),
    set: (key, value, { revalidate = 3_600 } = {}) =>
      new FileSystemCache(options).set(key, value, { ...ctx, cacheControl: { revalidate, expire: 86_400 } }),
  };
}
