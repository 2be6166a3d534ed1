// What the keys of pages and routes say.

/** What they start with where they name the source route: Next 15.5.27, 16.3.8 and 16.4.0 on. */
const SCOPED = "/route-cache/";

/** @param {string} key */
export function isScoped(key) {
  return key.startsWith(SCOPED);
}

/**
 * The path of the page that a key stands for.
 *
 * @param {string} key of a page or route
 */
export function pathOf(key) {
  const marker = isScoped(key) ? key.indexOf("/$/") : -1;
  return routeOf(marker === -1 ? key : key.slice(marker + "/$".length));
}

/**
 * Next's `toRoute`: pages are stored under file names, where `/` is `/index`.
 *
 * @param {string} key
 */
export function routeOf(key) {
  return key.replace(/(?:\/index)?\/?$/, "") || "/";
}
