// What a metric may be told apart by: one of few words. Keys, tags and messages are without number, and each would be a
// series of its own.

/** @typedef {import("../types/index.d.ts").CacheEvent} CacheEvent */

const KINDS = new Set(["APP_PAGE", "APP_ROUTE", "PAGES", "PAGE", "ROUTE", "FETCH", "IMAGE", "REDIRECT", "NOT_FOUND", "USE_CACHE"]);

/** Next 14 asks for these, and has other words for what it stores. */
const ASKED_FOR = new Map([["app", "APP_PAGE"], ["pages", "PAGES"], ["fetch", "FETCH"]]);

/**
 * What Next calls the value; what it has no name for is `OTHER`.
 *
 * @param {CacheEvent} event
 * @returns {string | undefined}
 */
export function kindOf({ kind }) {
  if (kind === undefined || KINDS.has(kind)) {
    return kind;
  }
  return ASKED_FOR.get(kind) ?? "OTHER";
}

/**
 * The code of what went wrong, as DynamoDB or this package names it; `_OTHER` where it has none.
 * https://opentelemetry.io/docs/specs/semconv/registry/attributes/error/
 *
 * @param {CacheEvent} event
 * @returns {string}
 */
export function errorTypeOf({ reason = "" }) {
  const [, code] = /^[A-Z][A-Za-z]+ failed: ([A-Z][A-Za-z0-9]{1,60})\b/.exec(reason) ?? [];
  return code ?? (/within (the|its) time limit/.test(reason) ? "timeout" : "_OTHER");
}
