// createCacheClient: the cache without Next, for webhooks, Workers, Lambda functions and scripts.

import runtime from "#runtime";
import { messageOf } from "./complaints.mjs";
import { guarded, revalidate } from "./guarded.mjs";
import { describe, resolveOptions } from "./options.mjs";
import { keepApart, sharedCache } from "./shared.mjs";
import { lifetimeOf, spellingsOf, storedKind, strings, tagsOf } from "./values.mjs";

/** @typedef {import("../types/client.d.ts").ClientSetOptions} ClientSetOptions */
/** @typedef {import("./shared.mjs").SharedCache} SharedCache */

/** Keys that are remembered to wait for their set. */
const MAX_REMEMBERED = 1_000;

/** @type {typeof import("../types/client.d.ts").createCacheClient} */
export function createCacheClient(given = {}) {
  const options = { ...resolveOptions(given, runtime.env), throwOnRevalidateError: true };
  keepApart(options);
  /** What gets that called for a render had seen of the log: the revision of the set that answers. */
  const asked = rememberVersions();

  return {
    get: (key, { tags, softTags, build = buildOf(options) } = {}) =>
      guarded(options, "get", null, async (cache) => {
        const request = { key, build, tags: tagsNamed(tags), softTags: tagsNamed(softTags) };
        const { entry, version, callsForRender } = await read(cache, request);
        if (callsForRender) {
          asked.add(rowOf(request), version);
        }
        return entry;
      }),

    set: (key, value, { build = buildOf(options), ...about } = {}) =>
      guarded(options, "set", false, (cache) => {
        const revision = asked.take(rowOf({ key, build }));
        // A set that no get called for replaces a good entry.
        const overwrites = revision === undefined;
        return store(cache, { key, build, ...requestOf(value, about), revision, overwrites });
      }),

    revalidateTag: async (tags, durations) => revalidate(options, tagsToRevalidate(tags), durations),

    updateTags: async (tags) => revalidate(options, tagsToRevalidate(tags)),

    stats: () => sharedCache(options).stats(),
  };
}

/**
 * @param {SharedCache} cache
 * @param {{ key: string, build?: string, tags: string[], softTags: string[] }} request
 * @returns {Promise<{ entry: any, version: number, callsForRender: boolean }>}
 */
async function read({ core, begin, complain, options }, request) {
  const { key } = request;
  const operation = begin(key);
  const found = await core.get(request, operation.meter);
  const { status, kind, value, lastModified, revalidate, expire, version, callsForRender, reason, detail } = found;
  if (status === "miss") {
    if (reason === "unavailable") {
      complain("warn", "get", `the table ${options.tableName} did not give ${key}: ${detail}`);
      operation.end("degraded", detail);
    } else {
      operation.end("miss", reason);
    }
    return { entry: null, version, callsForRender };
  }
  const isDue = typeof revalidate === "number" && lastModified + revalidate * 1_000 <= Date.now();
  const isStale = status === "stale" || isDue;
  operation.end(isStale ? "stale" : "hit", undefined, found, "table");
  return { entry: { value, kind, lastModified, isStale, revalidate, expire }, version, callsForRender };
}

/**
 * @param {SharedCache} cache
 * @param {ReturnType<typeof requestOf> & { key: string, build?: string, revision?: number, overwrites: boolean }} request
 * @returns {Promise<boolean>}
 */
async function store({ core, begin, complain, options }, request) {
  const { key, kind } = request;
  const operation = begin(key, kind);
  try {
    operation.end("set", undefined, await core.set(request, operation.meter));
    return true;
  } catch (error) {
    const reason = messageOf(error);
    complain("error", "set", `the table ${options.tableName} did not take ${key}: ${reason}`);
    operation.end("degraded", reason);
    return false;
  }
}

/**
 * @param {any} value
 * @param {Omit<ClientSetOptions, "build">} about
 */
function requestOf(value, { tags, kind, ...cacheControl }) {
  const named = typeof value?.kind === "string" || value === null;
  return {
    kind: kind ?? (named ? storedKind(value) : "OTHER"),
    value,
    tags: tagsOf(value, { tags: tagsNamed(tags) }),
    ...lifetimeOf(value, { cacheControl }),
    lastModified: Date.now(),
  };
}

/**
 * What is left out here would count as revalidated: a webhook's body is not always what it should be.
 *
 * @param {unknown} tags
 * @throws {TypeError} where they are no tags
 */
function tagsToRevalidate(tags) {
  const all = Array.isArray(tags) ? tags : [tags];
  const odd = all.findIndex((tag) => typeof tag !== "string");
  if (odd >= 0) {
    throw new TypeError(`nextjs-dynamodb-cache: a tag is a string, not ${describe(all[odd])}; nothing was revalidated`);
  }
  return tagsNamed(all);
}

/**
 * As whichever Next shares the table has them.
 *
 * @param {unknown} tags
 */
function tagsNamed(tags) {
  return spellingsOf(strings(tags));
}

/** @param {import("./options.mjs").Options} options */
function buildOf({ buildId }) {
  return buildId === "auto" || buildId === false ? undefined : buildId;
}

/** @param {{ key: string, build?: string }} request */
function rowOf({ key, build }) {
  return JSON.stringify([key, build]);
}

/** The version of the first get that waits for a set, of each key; the oldest keys are forgotten. */
function rememberVersions() {
  /** @type {Map<string, number>} */
  const versions = new Map();
  return {
    /** @param {string} row @param {number} version */
    add(row, version) {
      // Too old a revision costs a render, too new a one is wrong.
      versions.set(row, versions.get(row) ?? version);
      if (versions.size > MAX_REMEMBERED) {
        const [oldest] = versions.keys();
        versions.delete(/** @type {string} */ (oldest));
      }
    },
    /** @param {string} row */
    take(row) {
      const version = versions.get(row);
      versions.delete(row);
      return version;
    },
  };
}
