// The plural `cacheHandlers`, for 'use cache' and 'use cache: remote': one object per process, shared by all requests.

import runtime from "#runtime";
import { buildMemory, isBuilding } from "./build-memory.mjs";
import { BrokenStream, streamOf } from "./byte-stream.mjs";
import { createCalledFor } from "./called-for.mjs";
import { heldByRequest } from "./joined.mjs";
import { createRefreshes } from "./refreshes.mjs";
import { messageOf } from "./complaints.mjs";
import { LatestKeys } from "./latest-keys.mjs";
import { guarded, revalidate, within } from "./guarded.mjs";
import { resolveOptions } from "./options.mjs";
import { nextSlot, readBody, storeBody } from "./segments.mjs";
import { strings } from "./values.mjs";
import { warmUpOnLambda } from "./warm-up.mjs";

/** @typedef {import("../types/use-cache.d.ts").UseCacheEntry} UseCacheEntry */
/** @typedef {import("../types/use-cache.d.ts").UseCacheHandler} UseCacheHandler */
/** @typedef {import("./shared.mjs").SharedCache} SharedCache */
/** @typedef {{ rendered: Promise<unknown>, stored: Promise<void> }} PendingSet neither rejects */
/**
 * @typedef {object} Known what a handler remembers
 * @property {LatestKeys<number>} slots those of large entries, as this process used or saw them last
 * @property {ReturnType<typeof createCalledFor>} calledFor
 */

/** The kind of these entries; Next has no name for it. */
const KIND = "USE_CACHE";

/** Next's own value for "regenerate behind it, whatever the lifetime says". */
const REGENERATE = -1;

/** What a tag starts with of an entry that only names the root parameters by which Next finds the entry itself. */
const ROOT_PARAM_TAG = "_N_RP_";

/** As Next stamps entries. */
const now = () => performance.timeOrigin + performance.now();

/** @type {typeof import("../types/use-cache.d.ts").createUseCacheHandler} */
export function createUseCacheHandler(given = {}) {
  const options = resolveOptions(given, runtime.env);
  warmUpOnLambda(() => options);
  const refreshes = createRefreshes();
  /** @type {Map<string, PendingSet>} */
  const pending = new Map();
  /** @type {Known} */
  const known = { slots: new LatestKeys(), calledFor: createCalledFor() };
  /** Whether Next hands `get` the soft tags of the page that asks; if not, it asks for their expiration afterwards. */
  let getsSoftTags = false;

  /** @type {UseCacheHandler} */
  const handler = {
    async get(cacheKey, softTags) {
      const held = heldByRequest();
      held.ask(cacheKey);
      const set = pending.get(cacheKey);
      if (set) {
        await (isBuilding() ? set.stored : settled(set, options.readTimeoutMs));
      }
      getsSoftTags = softTags !== undefined;
      if (isBuilding()) {
        return buildMemory.get(cacheKey);
      }
      const request = { key: cacheKey, tags: [], softTags: strings(softTags ?? []), byKnownLog: refreshes.isKnown() };
      return guarded(options, "get", undefined, (cache) => readEntry(cache, request, known, held));
    },

    async set(cacheKey, pendingEntry) {
      const held = heldByRequest();
      held.ask(cacheKey);
      const stored = isBuilding()
        ? buildMemory.set(cacheKey, pendingEntry)
        : guarded(options, "set", undefined, (cache) => storeUnbroken(cache, cacheKey, pendingEntry, known, held));
      const set = { rendered: pendingEntry.catch(() => {}), stored };
      pending.set(cacheKey, set);
      await stored;
      if (pending.get(cacheKey) === set) {
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
 * Waits for a set: as long as its render takes, which would only be done twice, but not as long as the store may take.
 *
 * @param {PendingSet} set
 * @param {number} budgetMs of a get, which needs the rest of it
 */
async function settled({ rendered, stored }, budgetMs) {
  await Promise.race([rendered, stored]);
  await within(budgetMs / 2, stored);
}

/**
 * @param {SharedCache} cache
 * @param {{ key: string, tags: string[], softTags: string[], byKnownLog: boolean }} request whether the log was read for
 *   this request
 * @param {Known} known
 * @param {import("./joined.mjs").HeldByRequest} held
 * @returns {Promise<UseCacheEntry | undefined>}
 */
async function readEntry(cache, request, { slots, calledFor }, held) {
  const { key } = request;
  const begunAt = now();
  const operation = cache.begin(key, KIND);
  const found = await cache.core.get(request, operation.meter);
  const isOurs = found.status !== "miss" && found.kind === KIND;
  const body = isOurs ? await bodyOf(cache, request, found, slots, operation) : undefined;
  // Next's seconds may be fractions, the core's are not.
  if (found.callsForRender || !body || now() > found.value.timestamp + found.value.revalidate * 1_000) {
    calledFor.call(key, begunAt);
  }
  if (found.reason === "unavailable") {
    const line = `the table ${cache.options.tableName} did not give an entry of 'use cache': ${found.detail}`;
    cache.complain("warn", "get", line, "It is rendered without the cache meanwhile.");
    operation.end("degraded", found.detail);
    return undefined;
  }
  if (!body) {
    // What is ours and has no body has lost a segment of it.
    const other = isOurs ? "unreadable" : "another kind";
    operation.end("miss", found.status === "miss" ? found.reason : other);
    return undefined;
  }
  const isStale = found.status === "stale";
  operation.end(isStale ? "stale" : "hit", undefined, body, "table");
  const { tags, stale, timestamp, expire, revalidate } = found.value;
  cache.joined.end(key, tags, found.version);
  held.give(key, { tags, revision: found.version });
  return { value: streamOf(body.chunks), tags: [...tags], stale, timestamp, expire, revalidate: isStale ? REGENERATE : revalidate };
}

/**
 * The body of an entry that was found, and its size.
 *
 * @param {SharedCache} cache
 * @param {{ key: string, softTags: string[] }} request
 * @param {{ value: any, rawBytes: number, storedBytes: number }} found
 * @param {LatestKeys<number>} slots
 * @param {import("./operations.mjs").Operation} operation
 */
async function bodyOf(cache, request, { value, rawBytes, storedBytes }, slots, operation) {
  if (!value.segments) {
    return { chunks: [value.body], rawBytes, storedBytes };
  }
  slots.set(request.key, value.segments.slot);
  const read = await readBody(cache, request, value.segments, operation);
  return read && { chunks: read.chunks, rawBytes: value.segments.bytes, storedBytes: read.storedBytes };
}

/**
 * Stores an entry, unless its render or its stream breaks off: Next itself reports that.
 *
 * @param {SharedCache} cache
 * @param {string} key
 * @param {Promise<UseCacheEntry>} pendingEntry
 * @param {Known} known
 * @param {import("./joined.mjs").HeldByRequest} held
 */
async function storeUnbroken(cache, key, pendingEntry, known, held) {
  /** @type {UseCacheEntry | undefined} */
  const rendered = await pendingEntry.catch(() => undefined);
  try {
    if (rendered) {
      // Its render began at `timestamp`, and has seen what this process had seen by then.
      const beganAt = rendered.timestamp - performance.timeOrigin;
      const tags = strings(rendered.tags);
      const revision = cache.joined.revisionOf(tags, beganAt, cache.core.versionAt(rendered.timestamp, beganAt), held);
      held.give(key, { tags, revision });
      try {
        return await storeEntry(cache, key, rendered, revision, known);
      } finally {
        cache.joined.end(key, tags, revision);
      }
    }
  } catch (error) {
    if (!(error instanceof BrokenStream)) {
      throw error;
    }
  }
  cache.logger.debug(`${key} broke off while it was rendered, and is not stored`);
}

/**
 * @param {SharedCache} cache
 * @param {string} key
 * @param {UseCacheEntry} rendered
 * @param {number} revision
 * @param {Known} known
 */
async function storeEntry(cache, key, rendered, revision, { slots, calledFor }) {
  if (rendered.expire === 0) {
    // No get would find it. Of a stream that was split in two, this ends when the other half has, too.
    rendered.value.cancel().catch(() => {});
    return;
  }
  const operation = cache.begin(key, KIND);
  const { value: stream, tags, stale, timestamp, expire, revalidate } = rendered;
  const entry = {
    key,
    kind: KIND,
    tags: strings(tags),
    revalidate: Math.ceil(revalidate),
    expire: Math.ceil(expire),
    lastModified: timestamp,
    revision,
    // An entry that names root parameters is stored with each that has them, and says the same.
    overwrites: !calledFor.has(key, timestamp) && !tags.some((tag) => tag.startsWith(ROOT_PARAM_TAG)),
  };
  const slot = nextSlot(slots.get(key));
  slots.set(key, slot); // at once: a set that overlaps takes another
  const value = { tags: [...tags], stale, timestamp, expire, revalidate };
  try {
    const body = await storeBody(cache, entry, stream, slot, operation);
    const stored = await cache.core.set({ ...entry, value: { ...value, ...bodyIn(body) } }, operation.meter);
    calledFor.store(key, now());
    const whole = "body" in body ? stored : { rawBytes: body.segments.bytes, storedBytes: body.storedBytes };
    operation.end("set", undefined, whole);
  } catch (error) {
    if (error instanceof BrokenStream) {
      throw error;
    }
    const reason = messageOf(error);
    const line = `the table ${cache.options.tableName} did not take an entry of 'use cache': ${reason}`;
    cache.complain("error", "set", line, "It will be rendered again.");
    operation.end("degraded", reason);
  }
}

/** @param {Awaited<ReturnType<typeof storeBody>>} stored what its entry holds of it */
function bodyIn(stored) {
  return "body" in stored ? { body: stored.body } : { segments: stored.segments };
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
