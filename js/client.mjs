// createCacheClient: the cache without Next, for webhooks, Workers, Lambda functions and scripts.

import runtime from "#runtime";
import { messageOf } from "./complaints.mjs";
import { guarded, revalidate } from "./guarded.mjs";
import { resolveOptions } from "./options.mjs";
import { keepApart, sharedCache } from "./shared.mjs";
import { lifetimeOf, storedKind, strings, tagsOf } from "./values.mjs";

/** @typedef {import("../types/client.d.ts").ClientSetOptions} ClientSetOptions */
/** @typedef {import("../types/index.d.ts").CacheEvent} CacheEvent */
/** @typedef {import("./shared.mjs").SharedCache} SharedCache */

/** Keys that are remembered to wait for their set. */
const MAX_REMEMBERED = 1_000;

/** @type {typeof import("../types/client.d.ts").createCacheClient} */
export function createCacheClient(given = {}) {
  const operations = { hit: 0, stale: 0, miss: 0, set: 0, revalidate: 0, degraded: 0 };
  const { onEvent } = given;
  const options = {
    ...resolveOptions(given, runtime.env),
    throwOnRevalidateError: true,
    onEvent: (/** @type {CacheEvent} */ event) => {
      operations[event.type]++;
      onEvent?.(event);
    },
  };
  keepApart(options);
  /** Keys of gets that called for a render: a set of another key replaces a good entry. */
  const asked = rememberKeys();

  return {
    get: (key, { tags, softTags, build = buildOf(options) } = {}) =>
      guarded(options, "get", null, async (cache) => {
        const request = { key, build, tags: strings(tags), softTags: strings(softTags) };
        const { entry, callsForRender } = await read(cache, request);
        if (callsForRender) {
          asked.add(rowOf(request));
        }
        return entry;
      }),

    set: (key, value, { build = buildOf(options), ...about } = {}) =>
      guarded(options, "set", false, (cache) => {
        const overwrites = !asked.delete(rowOf({ key, build }));
        return store(cache, { key, build, ...requestOf(value, about), overwrites });
      }),

    revalidateTag: (tags, durations) => revalidate(options, strings(tags), durations),

    updateTags: (tags) => revalidate(options, strings(tags)),

    stats() {
      const [bytes = 0, entries = 0] = sharedCache(options).core.memorySize();
      return { operations: { ...operations }, memory: { bytes, entries } };
    },
  };
}

/**
 * @param {SharedCache} cache
 * @param {{ key: string, build?: string, tags: string[], softTags: string[] }} request
 * @returns {Promise<{ entry: any, callsForRender: boolean }>}
 */
async function read({ core, emit, complain, options }, request) {
  const began = performance.now();
  const { key } = request;
  const found = await core.get(request);
  const { status, kind, value, lastModified, revalidate, expire, callsForRender, reason, detail } = found;
  const ms = performance.now() - began;
  if (status === "miss") {
    const isUnavailable = reason === "unavailable";
    if (isUnavailable) {
      complain("warn", "get", `the table ${options.tableName} did not give ${key}: ${detail}`);
    }
    emit({ type: isUnavailable ? "degraded" : "miss", key, reason: detail || reason, ms });
    return { entry: null, callsForRender };
  }
  const isDue = typeof revalidate === "number" && lastModified + revalidate * 1_000 <= Date.now();
  const isStale = status === "stale" || isDue;
  const { rawBytes: bytes, storedBytes } = found;
  emit({ type: isStale ? "stale" : "hit", key, kind, source: "table", ms, bytes, storedBytes });
  return { entry: { value, kind, lastModified, isStale, revalidate, expire }, callsForRender };
}

/**
 * @param {SharedCache} cache
 * @param {ReturnType<typeof requestOf> & { key: string, build?: string, overwrites: boolean }} request
 * @returns {Promise<boolean>}
 */
async function store({ core, emit, complain, options }, request) {
  const { key, kind } = request;
  const began = performance.now();
  try {
    const { rawBytes: bytes, storedBytes } = await core.set(request);
    emit({ type: "set", key, kind, ms: performance.now() - began, bytes, storedBytes });
    return true;
  } catch (error) {
    const reason = messageOf(error);
    complain("error", "set", `the table ${options.tableName} did not take ${key}: ${reason}`);
    emit({ type: "degraded", key, kind, reason, ms: performance.now() - began });
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
    tags: tagsOf(value, { tags: strings(tags) }),
    ...lifetimeOf(value, { cacheControl }),
    lastModified: Date.now(),
  };
}

/** @param {import("./options.mjs").Options} options */
function buildOf({ buildId }) {
  return buildId === "auto" || buildId === false ? undefined : buildId;
}

/** @param {{ key: string, build?: string }} request */
function rowOf({ key, build }) {
  return JSON.stringify([key, build]);
}

/** A set of keys that forgets the oldest. */
function rememberKeys() {
  /** @type {Set<string>} */
  const keys = new Set();
  return {
    /** @param {string} key */
    add(key) {
      keys.add(key);
      if (keys.size > MAX_REMEMBERED) {
        const [oldest] = keys;
        keys.delete(/** @type {string} */ (oldest));
      }
    },
    /** @param {string} key */
    delete: (key) => keys.delete(key),
  };
}
