// Next keeps the lifetimes of pages and routes per process: an entry that another instance rendered, it takes to be
// stale after one second. So whatever is answered to it, its lifetime is told first.

import { nextCacheControls, nextRevalidateTimings } from "./next-internals.mjs";

/** @typedef {import("./next-internals.mjs").CacheControl} CacheControl */

/** What the key of a response starts with where it names the source route: Next 15.5.27, 16.3.8 and 16.4.0 on. */
const SCOPED = "/route-cache/";

/**
 * Tells Next the lifetime of a page or route. From Next 16.4 on, returning it with the entry does the same.
 *
 * @param {string} key
 * @param {CacheControl} cacheControl
 * @returns {boolean} whether this Next has a map that could be told
 */
export function tellLifetime(key, cacheControl) {
  const route = key.startsWith(SCOPED) ? key : routeOf(key);
  const cacheControls = nextCacheControls();
  if (cacheControls) {
    cacheControls.set(route, cacheControl);
    return true;
  }
  const timings = nextRevalidateTimings();
  timings?.set(route, cacheControl.revalidate);
  return timings !== null;
}

/**
 * The path of the page that a key stands for.
 *
 * @param {string} key of a page or route
 */
export function pathOf(key) {
  const marker = key.startsWith(SCOPED) ? key.indexOf("/$/") : -1;
  return routeOf(marker === -1 ? key : key.slice(marker + "/$".length));
}

/**
 * Next's `toRoute`: pages are stored under file names, where `/` is `/index`.
 *
 * @param {string} key
 */
function routeOf(key) {
  return key.replace(/(?:\/index)?\/?$/, "") || "/";
}
