// The plural `cacheHandlers`, for 'use cache' and 'use cache: remote': one object per process, shared by all requests.

import runtime from "#runtime";
import { buildMemory, isBuilding } from "./build-memory.mjs";
import { collect, streamOf } from "./byte-stream.mjs";
import { createRefreshes } from "./refreshes.mjs";
import { messageOf } from "./complaints.mjs";
import { guarded, revalidate } from "./guarded.mjs";
import { resolveOptions } from "./options.mjs";
import { strings } from "./values.mjs";

/** @typedef {import("../types/use-cache.d.ts").UseCacheEntry} UseCacheEntry */
/** @typedef {import("../types/use-cache.d.ts").UseCacheHandler} UseCacheHandler */
/** @typedef {import("./shared.mjs").SharedCache} SharedCache */

/** The kind of these entries; Next has no name for it. */
const KIND = "USE_CACHE";

/** Next's own value for "regenerate behind it, whatever the lifetime says". */
const REGENERATE = -1;

/** @type {typeof import("../types/use-cache.d.ts").createUseCacheHandler} */
export function createUseCacheHandler(given = {}) {
  const options = resolveOptions(given, runtime.env);
  const refreshes = createRefreshes();
  /** @type {Map<string, Promise<void>>} */
  const pending = new Map();
  /** Whether Next hands `get` the soft tags of the page that asks; if not, it asks for their expiration afterwards. */
  let getsSoftTags = false;

  /** @type {UseCacheHandler} */
  const handler = {
    async get(cacheKey, softTags) {
      await pending.get(cacheKey);
      getsSoftTags = softTags !== undefined;
      if (isBuilding()) {
        return buildMemory.get(cacheKey);
      }
      const read = (/** @type {SharedCache} */ cache) => readEntry(cache, cacheKey, softTags, refreshes.isKnown());
      return guarded(options, "get", undefined, read);
    },

    async set(cacheKey, pendingEntry) {
      const stored = isBuilding()
        ? buildMemory.set(cacheKey, pendingEntry)
        : guarded(options, "set", undefined, (cache) => storeEntry(cache, cacheKey, pendingEntry));
      pending.set(cacheKey, stored);
      await stored;
      if (pending.get(cacheKey) === stored) {
        pending.delete(cacheKey);
      }
    },

    async refreshTags() {
      if (!isBuilding()) {
        await guarded(options, "refreshTags", undefined, (cache) => refreshes.run(cache));
      }
    },

    async getExpiration(...tags) {
      // Infinity: they were judged in `get`. Otherwise, what cannot be told counts as expired now.
      if (getsSoftTags || isBuilding()) {
        return Infinity;
      }
      return guarded(options, "getExpiration", Infinity, (cache) => expirationOf(cache, strings(tags.flat())));
    },

    async updateTags(tags, durations) {
      if (!isBuilding()) {
        await revalidate(options, strings(tags), durations);
      }
    },

    // Next 15 expires tags under these names; what other instances expired is in the log anyway.
    expireTags: (...tags) => handler.updateTags(tags),
    unstable_expireTags: (...tags) => handler.updateTags(tags),
    async receiveExpiredTags() {},
  };
  return handler;
}

/**
 * @param {SharedCache} cache
 * @param {string} key
 * @param {string[] | undefined} softTags
 * @param {boolean} byKnownLog whether the log was read for this request
 * @returns {Promise<UseCacheEntry | undefined>}
 */
async function readEntry(cache, key, softTags, byKnownLog) {
  const began = performance.now();
  const found = await cache.core.get({ key, tags: [], softTags: strings(softTags ?? []), byKnownLog });
  const ms = performance.now() - began;
  if (found.reason === "unavailable") {
    const line = `the table ${cache.options.tableName} did not give an entry of 'use cache': ${found.detail}`;
    cache.complain("warn", "get", `${line} It is rendered without the cache meanwhile.`);
  }
  if (found.status === "miss" || found.kind !== KIND) {
    const reason = found.status === "miss" ? found.detail || found.reason : "another kind";
    cache.emit({ type: found.reason === "unavailable" ? "degraded" : "miss", key, kind: KIND, reason, ms });
    return undefined;
  }
  const isStale = found.status === "stale";
  const { rawBytes: bytes, storedBytes } = found;
  cache.emit({ type: isStale ? "stale" : "hit", key, kind: KIND, source: "table", ms, bytes, storedBytes });
  const { body, tags, ...lifetime } = found.value;
  const revalidate = isStale ? { revalidate: REGENERATE } : {};
  return { value: streamOf(body), tags: [...tags], ...lifetime, ...revalidate };
}

/**
 * @param {SharedCache} cache
 * @param {string} key
 * @param {Promise<UseCacheEntry>} pendingEntry
 */
async function storeEntry(cache, key, pendingEntry) {
  const entry = await complete(pendingEntry);
  if (!entry) {
    cache.logger.debug(`${key} broke off while it was rendered, and is not stored`);
    return;
  }
  const { body, tags, stale, timestamp, expire, revalidate } = entry;
  const began = performance.now();
  const request = {
    key,
    kind: KIND,
    value: { body, tags: [...tags], stale, timestamp, expire, revalidate },
    tags: strings(tags),
    revalidate: Math.ceil(revalidate),
    expire: Math.ceil(expire),
    lastModified: timestamp,
    // Its render began at `timestamp`, and has seen what this process had seen by then.
    revision: cache.core.versionAt(timestamp, timestamp - performance.timeOrigin),
    overwrites: false,
  };
  const { rawBytes: bytes, storedBytes } = await cache.core.set(request);
  cache.emit({ type: "set", key, kind: KIND, ms: performance.now() - began, bytes, storedBytes });
}

/**
 * An entry with its stream at its end; Next itself reports what breaks one.
 *
 * @param {Promise<UseCacheEntry>} pendingEntry
 */
async function complete(pendingEntry) {
  try {
    const entry = await pendingEntry;
    return { ...entry, body: await collect(entry.value) };
  } catch {
    return undefined;
  }
}

/**
 * @param {SharedCache} cache
 * @param {string[]} tags
 * @returns {Promise<number>}
 */
async function expirationOf({ core, complain }, tags) {
  try {
    return await core.expiration(tags);
  } catch (error) {
    const line = `when ${tags.join(", ")} expired cannot be told, so it counts as now: ${messageOf(error)}`;
    complain("warn", "expiration", line);
    return Date.now();
  }
}
