// What Next's values say of themselves: kind, tags and lifetime, in all the shapes of its versions.

/** @typedef {import("../types/index.d.ts").CacheValue} CacheValue */
/** @typedef {import("../types/index.d.ts").GetContext} GetContext */
/** @typedef {import("../types/index.d.ts").SetContext} SetContext */

/** The header in which a page or route handler carries its tags. */
const TAGS_HEADER = "x-next-cache-tags";

/** What may be answered to each `ctx.kind`: a value of another kind under the same key is not what Next asks for. */
/** @type {Record<string, string[]>} */
const ANSWERS = {
  APP_PAGE: ["APP_PAGE", "REDIRECT", "NOT_FOUND"],
  APP_ROUTE: ["APP_ROUTE"],
  PAGES: ["PAGES", "REDIRECT", "NOT_FOUND"],
  FETCH: ["FETCH"],
  IMAGE: ["IMAGE"],
  app: ["PAGE", "ROUTE", "APP_PAGE", "APP_ROUTE", "REDIRECT", "NOT_FOUND"],
  pages: ["PAGE", "PAGES", "REDIRECT", "NOT_FOUND"],
  fetch: ["FETCH"],
};

/**
 * What a get asks for: `ctx.kind` from Next 15 on, `ctx.kindHint` in Next 14.
 *
 * @param {GetContext} ctx
 * @returns {string | undefined}
 */
export function requestedKind({ kind, kindHint }) {
  return kind ?? kindHint;
}

/** @param {string | undefined} requested */
export function isFetch(requested) {
  return requested === "FETCH" || requested === "fetch";
}

/**
 * Whether entries of this kind belong to one build. Fetches and images do not change with the application's code.
 *
 * @param {string | undefined} requested
 */
export function isBuildScoped(requested) {
  return !isFetch(requested) && requested !== "IMAGE";
}

/**
 * Whether a stored value may be answered to a get.
 *
 * @param {string | undefined} requested
 * @param {string} stored its kind, `NOT_FOUND` for null, `OTHER` for one that this version does not know
 */
export function answers(requested, stored) {
  const accepted = requested === undefined ? undefined : ANSWERS[requested];
  return accepted === undefined || stored === "OTHER" || accepted.includes(stored);
}

/**
 * The kind under which a value is stored.
 *
 * @param {CacheValue | null} value
 */
export function storedKind(value) {
  return value === null ? "NOT_FOUND" : (value.kind ?? "OTHER");
}

/**
 * The tags of a value: a fetch has them in `ctx`, a page or route handler in its header, a Pages Router page none.
 *
 * @param {CacheValue | null} value
 * @param {{ tags?: string[] }} ctx
 * @returns {string[]}
 */
export function tagsOf(value, ctx) {
  const header = value?.headers?.[TAGS_HEADER];
  const fromHeader = typeof header === "string" && header.length > 0 ? header.split(",") : [];
  return [...strings(ctx.tags), ...fromHeader];
}

/**
 * How long Next wants a value: `ctx.cacheControl` from 15.3 on, `ctx.revalidate` before, `value.revalidate` of a fetch.
 *
 * @param {CacheValue | null} value
 * @param {SetContext} ctx
 * @returns {{ revalidate: number | false | undefined, expire: number | undefined }}
 */
export function lifetimeOf(value, ctx) {
  const { revalidate = ctx.revalidate ?? value?.revalidate, expire } = ctx.cacheControl ?? {};
  return { revalidate: wholeSeconds(revalidate), expire: wholeSeconds(expire) || undefined };
}

/**
 * The strings of what should be a list of strings. Next 14 passes `[[]]` where there are no tags.
 *
 * @param {unknown} list
 * @returns {string[]}
 */
export function strings(list) {
  const all = Array.isArray(list) ? list : [list];
  return all.filter((item) => typeof item === "string");
}

/**
 * @template T
 * @param {T} value
 */
function wholeSeconds(value) {
  return typeof value === "number" ? Math.ceil(value) : value;
}
