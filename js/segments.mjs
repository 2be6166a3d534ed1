// Large values of 'use cache': stored in segments while their stream is read, so that this package never holds more than
// one of them. A segment is an entry of its own, with the tags and the lifetime of the whole, and replaces another where the
// whole does; the entry that names the segments is written last and is the commit point.

import { pieces } from "./byte-stream.mjs";

/** @typedef {import("./shared.mjs").SharedCache} SharedCache */
/** @typedef {import("./operations.mjs").Operation} Operation */
/** @typedef {{ slot: number, generation: number, count: number, bytes: number }} Segments where a body lies */

/** The kind of a segment's entry. */
const KIND = "USE_CACHE_SEGMENT";

/** Up to this a body lies in its entry; compressed it seldom fills one row. */
export const SEGMENT_BYTES = 1024 * 1024;

/** What a frame may hold is the limit of a body too: Next and its reader hold it whole. */
const MAX_BODY_BYTES = 64 * 1024 * 1024;

/** Sets of segments that take turns, so that readers under way find theirs and storage stays bounded. */
const SLOTS = 8;

/** Of one body. A reader makes room for as many as an entry says. */
const MAX_SEGMENTS = MAX_BODY_BYTES / SEGMENT_BYTES;

/** Requests of one read that run at once. */
const CONCURRENT_READS = 4;

/**
 * Reads a body to its end; all but a small one is stored on the way.
 *
 * @param {SharedCache} cache
 * @param {object} entry what `core.set` takes, but `value`
 * @param {string} entry.key
 * @param {ReadableStream<Uint8Array>} stream
 * @param {number} slot where its segments go
 * @param {Operation} operation
 * @returns {Promise<{ body: Uint8Array } | { segments: Segments, storedBytes: number }>}
 * @throws when the stream breaks off, is too long, or a segment was not stored
 */
export async function storeBody(cache, entry, stream, slot, operation) {
  const segments = { slot, generation: Math.random(), count: 0, bytes: 0 };
  let storedBytes = 0;
  for await (const { bytes: body, isLast } of pieces(stream, SEGMENT_BYTES)) {
    if (isLast && segments.count === 0) {
      return { body };
    }
    segments.bytes += body.length;
    if (segments.bytes > MAX_BODY_BYTES) {
      throw new Error(`its value has over ${MAX_BODY_BYTES} bytes, which is the limit`);
    }
    const key = segmentKey(entry.key, segments.slot, segments.count++);
    const value = { generation: segments.generation, body };
    storedBytes += (await cache.core.set({ ...entry, key, kind: KIND, value }, operation.meter)).storedBytes;
  }
  return { segments, storedBytes };
}

/**
 * The segments of a body.
 *
 * @param {SharedCache} cache
 * @param {{ key: string, softTags: string[] }} request for the entry: of its segments too there may be copies in memory that its
 *   soft tags have ended
 * @param {Segments} segments
 * @param {Operation} operation
 * @returns {Promise<{ chunks: Uint8Array[], storedBytes: number } | undefined>} undefined when one is gone, or of another write
 */
export async function readBody(cache, { key, softTags }, { slot, generation, count, bytes }, operation) {
  if (!(count <= MAX_SEGMENTS)) {
    return undefined;
  }
  /** @type {Uint8Array[]} */
  const chunks = Array.from({ length: count });
  let storedBytes = 0;
  let next = 0;
  let isWhole = true;
  const readOn = async () => {
    while (isWhole && next < count) {
      const index = next++;
      const name = segmentKey(key, slot, index);
      const found = await cache.core.get({ key: name, tags: [], softTags, byKnownLog: true }, operation.meter);
      isWhole &&= found.status !== "miss" && found.kind === KIND && found.value.generation === generation;
      chunks[index] = found.value?.body;
      storedBytes += found.storedBytes ?? 0;
    }
  };
  await Promise.all(Array.from({ length: CONCURRENT_READS }, readOn));
  isWhole &&= chunks.reduce((sum, chunk) => sum + chunk.length, 0) === bytes;
  return isWhole ? { chunks, storedBytes } : undefined;
}

/**
 * Any other one than the last: two processes that render an entry at once should not take the same.
 *
 * @param {number | undefined} last as far as is known
 */
export function nextSlot(last) {
  const random = (/** @type {number} */ below) => Math.floor(Math.random() * below);
  return last === undefined ? random(SLOTS) : (last + 1 + random(SLOTS - 1)) % SLOTS;
}

/**
 * No key that Next makes begins so: its own are JSON.
 *
 * @param {string} key
 * @param {number} slot
 * @param {number} index
 */
function segmentKey(key, slot, index) {
  return `\0segment ${slot} ${index} ${key}`;
}
