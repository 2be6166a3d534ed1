// What is returned to Next, so that it comes to the judgement that the core has come to: fresh, or stale, which is
// served once more and rendered again behind it.

import { tellLifetime } from "./lifetimes.mjs";
import { agreeWithManifest, markStale } from "./manifest.mjs";

/** @typedef {import("../types/index.d.ts").CacheHandlerValue} CacheHandlerValue */
/** @typedef {import("./next-internals.mjs").CacheControl} CacheControl */

/**
 * @typedef {object} Judged
 * @property {string} key
 * @property {CacheHandlerValue} entry
 * @property {string[]} tags by which Next judges it once more, if it does
 */

/** Older than any fetch may be, also one that is never revalidated: 4294967294 seconds, to Next. */
const BEFORE_ALL_TIMES_MS = -Number.MAX_SAFE_INTEGER;

/** Next's own word for it; from 16.3 on, such an entry is rendered before it is served. */
const STALE_WHATEVER_ITS_LIFETIME = -1;

/** By how much what is stale is older than it may be, at most: Next takes the time from another clock. */
const STALE_BY_MS = 1_000;

/**
 * @param {Judged} judged
 * @returns {CacheHandlerValue}
 */
export function fresh({ key, entry, tags }) {
  return withLifetime(key, { ...entry, lastModified: agreeWithManifest(tags, entry.lastModified) });
}

/**
 * @param {Judged} judged
 * @param {(tag: string) => boolean} isRevalidated
 * @returns {CacheHandlerValue}
 */
export function stale({ key, entry, tags }, isRevalidated) {
  const lastModified = agreeWithManifest(tags, entry.lastModified);
  if (markStale(tags.filter(isRevalidated), lastModified)) {
    return withLifetime(key, { ...entry, lastModified });
  }
  if (!hasSharedLifetime(entry)) {
    return { ...entry, lastModified: BEFORE_ALL_TIMES_MS };
  }
  // What is never revalidated by time gets a time here, for this one answer.
  const cacheControl = { revalidate: entry.cacheControl?.revalidate || 1, expire: entry.cacheControl?.expire };
  if (!tellLifetime(key, cacheControl)) {
    return { ...entry, lastModified: STALE_WHATEVER_ITS_LIFETIME };
  }
  return { ...entry, lastModified: Math.min(entry.lastModified, overdueSince(cacheControl)), cacheControl };
}

/**
 * What is due or stale, and rendered by another instance: Next is to serve it and leave it at that.
 *
 * @param {Judged} judged
 * @returns {CacheHandlerValue}
 */
export function renderedElsewhere({ key, entry, tags }) {
  return fresh({ key, entry: { ...entry, lastModified: Date.now() }, tags });
}

/**
 * @param {string} key
 * @param {CacheHandlerValue} entry
 * @returns {CacheHandlerValue}
 */
function withLifetime(key, entry) {
  const { cacheControl, lastModified } = entry;
  if (!hasSharedLifetime(entry) || !cacheControl || tellLifetime(key, cacheControl)) {
    return entry;
  }
  // This Next has no place for a lifetime. What is younger than one second, it takes for fresh.
  return { ...entry, lastModified: isDue(lastModified, cacheControl) ? lastModified : Date.now() };
}

/**
 * Whether Next looks for the lifetime of an entry in its map: fetches and images carry it in their value.
 *
 * @param {CacheHandlerValue} entry
 */
function hasSharedLifetime({ value }) {
  return value?.kind !== "FETCH" && value?.kind !== "IMAGE";
}

/**
 * When an entry must have been rendered to be past its revalidate time, and not past its expire time.
 *
 * @param {{ revalidate: number, expire: number | undefined }} cacheControl
 */
function overdueSince({ revalidate, expire = Infinity }) {
  const roomMs = Math.max(expire - revalidate, 0) * 1_000;
  return Date.now() - revalidate * 1_000 - Math.min(STALE_BY_MS, roomMs / 2);
}

/**
 * @param {number} lastModified
 * @param {CacheControl} cacheControl
 */
export function isDue(lastModified, { revalidate }) {
  return revalidate !== false && lastModified + revalidate * 1_000 < Date.now();
}
