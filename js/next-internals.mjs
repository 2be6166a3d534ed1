// Modules of Next itself that are no public interface. Each is required by a literal path, so that file tracing
// finds it, inside try/catch, and whoever asks has something to fall back on. Never on an edge runtime.

import runtime from "#runtime";

/** @typedef {{ stale?: number, expired?: number }} TagTimes */
/** @typedef {{ revalidate: number | false, expire: number | undefined }} CacheControl */

/**
 * Next 16's map of revalidated tags in this process, by which it judges what the handler returns.
 *
 * @type {() => Map<string, TagTimes> | null} null where this Next judges by none
 */
export const nextTagsManifest = once(() => {
  const found = load((require) => require("next/dist/server/lib/incremental-cache/tags-manifest.external.js"));
  // Next 15 has the module too, but only its own handler looks into it, and for other values.
  return found?.areTagsStale ? found.tagsManifest : null;
});

/**
 * Next's map of the lifetimes of pages and routes in this process: what is not in it, it takes to live for one second.
 *
 * @type {() => Map<string, CacheControl> | null} of Next 15.2 and later
 */
export const nextCacheControls = once(() => {
  const found =
    load((require) => require("next/dist/server/lib/incremental-cache/shared-cache-controls.external.js")) ??
    load((require) => require("next/dist/server/lib/incremental-cache/shared-cache-controls.js"));
  return found?.SharedCacheControls?.cacheControls ?? null;
});

/**
 * The same before Next 15.2, which knew no `expire`.
 *
 * @type {() => Map<string, number | false> | null}
 */
export const nextRevalidateTimings = once(() => {
  const found = load((require) => require("next/dist/server/lib/incremental-cache/shared-revalidate-timings.js"));
  return found?.SharedRevalidateTimings?.timings ?? null;
});

/**
 * What tells requests apart: Next has an object for each, in whose context it calls handlers.
 *
 * @type {() => { getStore: () => object | undefined } | null}
 */
export const nextWorkStorage = once(() => {
  const found = load((require) => require("next/dist/server/app-render/work-async-storage.external.js"));
  return found?.workAsyncStorage ?? nextStaticGenerationStorage();
});

/** Its name before Next 15. */
function nextStaticGenerationStorage() {
  const found = load((require) => require("next/dist/client/components/static-generation-async-storage.external.js"));
  return found?.staticGenerationAsyncStorage ?? null;
}

/**
 * Next's own handler, which reads what the build has prerendered.
 *
 * @type {() => (new (context: any) => { get: Function, set: Function }) | null}
 */
export const nextFileSystemCache = once(() => {
  const found = load((require) => require("next/dist/server/lib/incremental-cache/file-system-cache.js"));
  return found?.default ?? null;
});

/**
 * Whether this Next renders at a miss what only the build may add paths to: from 16.3 on.
 *
 * @type {() => boolean}
 */
export const nextRendersClosedPages = once(() => {
  const [major = 0, minor = 0] = String(load((require) => require("next/package.json"))?.version ?? "16.3").split(".").map(Number);
  return major > 16 || (major === 16 && minor >= 3);
});

/**
 * @template T
 * @param {() => T} find
 * @returns {() => T}
 */
function once(find) {
  /** @type {{ found: T } | undefined} */
  let result;
  return () => (result ??= { found: find() }).found;
}

/**
 * @param {(require: (id: string) => any) => any} require
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
