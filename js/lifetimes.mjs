// Next keeps the lifetimes of pages and routes per process: an entry that another instance rendered, it takes to be
// stale after one second. So whatever is answered to it, its lifetime is told first.

import { nextCacheControls, nextRevalidateTimings } from "./next-internals.mjs";
import { isScoped, routeOf } from "./route-keys.mjs";

/** @typedef {import("./next-internals.mjs").CacheControl} CacheControl */

/**
 * Tells Next the lifetime of a page or route. From Next 16.4 on, returning it with the entry does the same.
 *
 * @param {string} key
 * @param {CacheControl} cacheControl
 * @returns {boolean} whether this Next has a map that could be told
 */
export function tellLifetime(key, cacheControl) {
  const route = isScoped(key) ? key : routeOf(key);
  const cacheControls = nextCacheControls();
  if (cacheControls) {
    cacheControls.set(route, cacheControl);
    return true;
  }
  const timings = nextRevalidateTimings();
  timings?.set(route, cacheControl.revalidate);
  return timings !== null;
}
