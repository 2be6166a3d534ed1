// What each Next says to a cache: its values, contexts and answers. Checks speak of entries; this is the translation.

/**
 * @typedef {object} Next
 * @property {string} version
 * @property {number} major
 * @property {boolean} takesRoute whether response entries belong to a source route (15.5.27, 16.3.8 and 16.4.0 on)
 * @property {boolean} blocksExpired whether `isStale: -1` makes the request wait for a render (16.3.0 on)
 * @property {boolean} setTellsKind whether the context of a set names the kind of a page
 * @property {boolean} knowsExpire whether a lifetime is `cacheControl`, with an expire time (15.2 on)
 */

/** @typedef {"APP_PAGE" | "APP_ROUTE" | "PAGES"} PageKind */
/** @typedef {{ kind: PageKind, path: string, source: string }} PageEntry */
/** @typedef {{ kind: "FETCH", key: string, tags: string[], softTags: string[], revalidate?: number, implicit?: boolean }} FetchEntry */
/** @typedef {PageEntry | FetchEntry} Entry */
/** @typedef {{ revalidate: number | false, expire?: number }} Lifetime */

/** @type {Lifetime} */
const AN_HOUR = { revalidate: 3_600 };

/**
 * @param {string} version
 * @returns {Next}
 */
export function nextOf(version) {
  const major = Number.parseInt(version, 10);
  const after = (/** @type {string} */ other) => version.localeCompare(other, "en", { numeric: true }) >= 0;
  const takesRoute = major === 15 ? after("15.5.27") : after("16.3.8");
  return {
    version,
    major,
    takesRoute,
    blocksExpired: after("16.3.0"),
    setTellsKind: takesRoute,
    knowsExpire: after("15.2.0"),
  };
}

/**
 * A page of the App Router.
 *
 * @param {string} path
 * @returns {PageEntry}
 */
export function page(path) {
  return { kind: "APP_PAGE", path, source: "/(site)/[...path]/page" };
}

/**
 * A route handler.
 *
 * @param {string} path
 * @returns {PageEntry}
 */
export function route(path) {
  return { kind: "APP_ROUTE", path, source: "/api/[...path]/route" };
}

/**
 * A page of the Pages Router.
 *
 * @param {string} path
 * @returns {PageEntry}
 */
export function pagesPage(path) {
  return { kind: "PAGES", path, source: "/[...path]" };
}

/**
 * A cached fetch or an `unstable_cache`.
 *
 * @param {string} key
 * @param {Partial<FetchEntry>} [more]
 * @returns {FetchEntry}
 */
export function fetched(key, more = {}) {
  return { kind: "FETCH", key, tags: [], softTags: [], ...more };
}

/**
 * The arguments of `IncrementalCache.get`.
 *
 * @param {Next} next
 * @param {Entry} entry
 * @returns {[string, object]}
 */
export function getArguments(next, entry) {
  if (entry.kind === "FETCH") {
    const { key, tags, softTags, revalidate = 3_600 } = entry;
    const kind = next.major === 14 ? { kindHint: "fetch" } : { kind: "FETCH" };
    return [key, { ...kind, revalidate, fetchUrl: `https://example.com/${tags[0]}`, fetchIdx: 1, tags, softTags }];
  }
  if (next.major === 14) {
    return [entry.path, { kindHint: entry.kind === "PAGES" ? "pages" : "app" }];
  }
  return [entry.path, { ...ownerOf(next, entry), kind: entry.kind, isRoutePPREnabled: false, isFallback: false }];
}

/**
 * The arguments of `IncrementalCache.set`.
 *
 * @param {Next} next
 * @param {Entry} entry
 * @param {any} value
 * @param {Lifetime} [lifetime]
 * @returns {[string, any, object]}
 */
export function setArguments(next, entry, value, lifetime = AN_HOUR) {
  if (entry.kind === "FETCH") {
    const { key, tags, implicit = false } = entry;
    const fetch = { fetchCache: true, fetchUrl: `https://example.com/${tags[0]}`, fetchIdx: 1, tags };
    const more = next.knowsExpire ? { isImplicitBuildTimeCache: implicit } : { revalidate: value.revalidate };
    return [key, value, { ...fetch, ...more }];
  }
  if (next.major === 14) {
    return [entry.path, value, { revalidate: lifetime.revalidate }];
  }
  const { revalidate, expire } = lifetime;
  const given = next.knowsExpire ? { cacheControl: { revalidate, expire } } : { revalidate };
  const kind = next.setTellsKind ? { kind: entry.kind } : {};
  const ctx = { ...given, ...kind, isRoutePPREnabled: false, isFallback: false };
  return [entry.path, value, { ...ownerOf(next, entry), ...ctx }];
}

/**
 * What the request that gets this answer does: serve it, serve it and render behind it, or render first.
 *
 * @param {Next} next
 * @param {{ isStale?: boolean | -1 } | null} found
 * @returns {"fresh" | "stale" | "miss"}
 */
export function statusOf(next, found) {
  if (!found || (found.isStale === -1 && next.blocksExpired)) {
    return "miss";
  }
  return found.isStale ? "stale" : "fresh";
}

/**
 * @param {Next} next
 * @param {PageEntry} entry
 */
function ownerOf(next, { kind, source }) {
  return next.takesRoute ? { route: { kind, sourceRoute: source } } : {};
}
