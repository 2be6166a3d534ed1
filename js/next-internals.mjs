// Modules of Next itself that are no public interface. Each is required by a literal path, so that file tracing
// finds it, inside try/catch, and whoever asks has something to fall back on. Never on an edge runtime.

import runtime from "#runtime";

/** @typedef {{ stale?: number, expired?: number }} TagTimes */

/** @type {Map<string, TagTimes> | null | undefined} */
let tagsManifest;

/**
 * Next 16's map of revalidated tags in this process, by which it judges what the handler returns.
 *
 * @returns {Map<string, TagTimes> | null} null where this Next has none
 */
export function nextTagsManifest() {
  if (tagsManifest === undefined) {
    const found = load((require) => require("next/dist/server/lib/incremental-cache/tags-manifest.external.js"));
    // Next 15 has the module, but as a plain object that it fills from revalidateTag alone.
    tagsManifest = found?.tagsManifest instanceof Map ? found.tagsManifest : null;
  }
  return tagsManifest ?? null;
}

/** @type {any} */
let fileSystemCache;

/**
 * Next's own handler, which reads what the build has prerendered.
 *
 * @returns {(new (context: any) => { get: Function, set: Function }) | null}
 */
export function nextFileSystemCache() {
  if (fileSystemCache === undefined) {
    const found = load((require) => require("next/dist/server/lib/incremental-cache/file-system-cache.js"));
    fileSystemCache = found?.default ?? null;
  }
  return fileSystemCache;
}

/**
 * @param {(require: NodeJS.Require) => any} require
 */
function load(require) {
  if (!runtime.require) {
    return null;
  }
  try {
    return require(runtime.require);
  } catch {
    return null;
  }
}
