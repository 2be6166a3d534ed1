// What a render may have taken from another request. Since 16.3 Next gives what one request is fetching or rendering of 'use cache' to each
// that asks for it meanwhile, and asks no handler. What such a request then stores has begun later, and holds what was read
// before: it must not count as newer than that. So it is with what a request has from itself: Next keeps what a handler of ours has given.

import { nextWorkStorage } from "./next-internals.mjs";

/** Reads and renders that are remembered, and how long, milliseconds: no render takes longer. */
const MAX_KEPT = 1_000;
const KEPT_MS = 300_000;

// Taken when the module loads: Next replaces the global one while it prerenders, to see whether a page reads it.
const monotonic = performance.now.bind(performance);

/** @typedef {{ tags: string[], revision: number }} Held */
/** @typedef {Held & { endedAt: number }} Ended */

/** @type {WeakMap<object, Map<string, Held>>} what each request under way was given, by its key: Next keeps that for the rest of it */
const heldBy = new WeakMap();

/**
 * What the request was given in whose context this is called.
 *
 * @returns {Map<string, Held>} to be added to
 */
export function heldByRequest() {
  const request = nextWorkStorage()?.getStore();
  const held = (request && heldBy.get(request)) ?? new Map();
  if (request) {
    heldBy.set(request, held);
  }
  return held;
}

/**
 * All moments are those of `performance.now()`.
 *
 * @param {() => number} newestVersion that this process has seen
 */
export function createJoined(newestVersion) {
  /** @type {Ended[]} oldest first */
  let kept = [];

  return {
    /**
     * A read or a render has ended, and nobody can join it any more.
     *
     * @param {string[]} tags
     * @param {number} revision the log version that it had seen
     */
    end(tags, revision) {
      // Who has joined it began before now. If nothing was revalidated since, it can have seen nothing newer.
      if (revision < newestVersion()) {
        const endedAt = monotonic();
        kept = kept.filter((ended) => endedAt - ended.endedAt < KEPT_MS).slice(1 - MAX_KEPT);
        kept.push({ tags, revision, endedAt });
      }
    },

    /**
     * The oldest log version that anything in a render has seen. It carries the tags of what it has joined.
     *
     * @param {string[]} tags
     * @param {number} beganAt
     * @param {number} revision what the render itself has seen
     * @param {Map<string, Held>} held by its request
     */
    revisionOf(tags, beganAt, revision, held) {
      const joinable = [...held.values(), ...kept.filter(({ endedAt }) => endedAt >= beganAt)].filter((ended) => ended.revision < revision);
      const own = new Set(joinable.length > 0 ? tags : []);
      const joined = joinable.filter((ended) => ended.tags.every((tag) => own.has(tag)));
      return joined.reduce((oldest, ended) => Math.min(oldest, ended.revision), revision);
    },
  };
}
