// What Next's values say of themselves: kind, tags and lifetime, in all the shapes of its versions.

import { pathOf } from "./route-keys.mjs";

/** @typedef {import("../types/index.d.ts").CacheValue} CacheValue */
/** @typedef {import("../types/index.d.ts").GetContext} GetContext */
/** @typedef {import("../types/index.d.ts").SetContext} SetContext */

/** The header in which a page or route handler carries its tags. */
const TAGS_HEADER = "x-next-cache-tags";

/** What a tag starts with that stands for a path. */
export const PATH_TAG = "_N_T_";

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

const PAGE_KINDS = new Set(["APP_PAGE", "PAGES", "PAGE"]);

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
 * Why a page must not be stored, or `null`: Next hands over pages of a render that failed, too.
 *
 * @param {CacheValue | null} value
 * @returns {string | null}
 */
export function unfitPage(value) {
  if (value === null || !PAGE_KINDS.has(value.kind ?? "")) {
    return null;
  }
  const { status, html, postponed } = /** @type {{ status?: number, html?: unknown, postponed?: unknown }} */ (value);
  if (status !== undefined && (status >= 500 || status === 204)) {
    return `its status is ${status}`;
  }
  // A shell of which nothing is static is empty too, but it names what was postponed.
  return html === "" && !postponed ? "it is empty" : null;
}

/**
 * The tags of a value: a fetch has them in `ctx`, a page or route handler in its header, a Pages Router page none.
 *
 * @param {CacheValue | null} value
 * @param {{ tags?: string[] }} ctx
 * @returns {string[]}
 */
export function tagsOf(value, ctx) {
  return [...strings(ctx.tags), ...headerTagsOf(value)];
}

/**
 * Tags that count for one get: those of the page that fetches, and of a page of the Pages Router its own path, which
 * its entry does not name and `revalidatePath` does.
 *
 * @param {string} key
 * @param {GetContext} ctx
 * @returns {string[]}
 */
export function softTagsOf(key, ctx) {
  const requested = requestedKind(ctx);
  const isPages = requested === "PAGES" || requested === "pages";
  return [...strings(ctx.softTags), ...(isPages ? spellingsOf([PATH_TAG + pathOf(key)]) : [])];
}

/**
 * Tags as each Next has them: from 16.3 on, they have what is not ASCII percent-encoded.
 *
 * @param {string[]} tags
 * @returns {string[]}
 */
export function spellingsOf(tags) {
  return tags.flatMap((tag) => {
    const encoded = tag.replace(/[^\t\x20-\x7e\ud800-\udfff]+/gu, encodeURIComponent);
    return encoded === tag ? [tag] : [tag, encoded];
  });
}

/**
 * The tags by which Next 16 judges an entry once more when it is returned.
 *
 * @param {CacheValue | null} value
 * @param {GetContext} ctx
 * @returns {string[]}
 */
export function tagsWeighedByNext(value, ctx) {
  switch (value?.kind) {
    case "FETCH":
      return [...strings(ctx.tags), ...strings(ctx.softTags)];
    case "APP_PAGE":
    case "APP_ROUTE":
      return headerTagsOf(value);
    default:
      return [];
  }
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
 * @param {CacheValue | null} value
 * @returns {string[]}
 */
function headerTagsOf(value) {
  const header = value?.headers?.[TAGS_HEADER];
  return typeof header === "string" && header.length > 0 ? header.split(",") : [];
}

/**
 * @template T
 * @param {T} value
 */
function wholeSeconds(value) {
  return typeof value === "number" ? Math.ceil(value) : value;
}
