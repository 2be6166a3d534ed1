// What a render may have taken from another request. Since 16.3 Next gives what one request is fetching or rendering of 'use cache' to each
// that asks for it meanwhile, and asks no handler. What such a request then stores has begun later, and holds what was read
// before: it must not count as newer than that. So it is with what a request has from itself: Next keeps what a handler of ours has given,
// and what it has joined, for the rest of the request.

import { nextWorkStorage } from "./next-internals.mjs";

/** Reads and renders that are remembered, and how long, milliseconds: no render takes longer. */
const MAX_KEPT = 1_000;
const KEPT_MS = 300_000;

/** Characters of their keys: a key holds the arguments, which may be what a visitor sent. */
const MAX_KEPT_LENGTH = 4_000_000;

// Taken when the module loads: Next replaces the global one while it prerenders, to see whether a page reads it.
const monotonic = performance.now.bind(performance);

/** @typedef {{ tags: string[], revision: number }} Held */
/** @typedef {Held & { key: string, endedAt: number }} Ended */
/**
 * @typedef {object} NextRequest what Next has of a request, from 16.3 on
 * @property {Map<string, unknown>} [pendingCacheInvocations]
 * @property {Map<string, unknown>} [completedCacheInvocations]
 */

/**
 * What each request under way has asked for, by its key, and what it was given: Next keeps that for the rest of it.
 *
 * @type {WeakMap<object, Map<string, Held | undefined>>}
 */
const givenTo = new WeakMap();

/**
 * What Next has for the request in whose context this is called.
 *
 * @typedef {ReturnType<typeof heldByRequest>} HeldByRequest
 */
export function heldByRequest() {
  const request = /** @type {NextRequest | undefined} */ (nextWorkStorage()?.getStore());
  /** @returns {Map<string, Held | undefined>} */
  const known = () => (request && givenTo.get(request)) ?? new Map();
  /**
   * @param {string} key
   * @param {Held | undefined} held
   */
  const note = (key, held) => {
    if (request && keepsResults(request)) {
      givenTo.set(request, known().set(key, held));
    }
  };
  return {
    /** It reads or renders this itself. @param {string} key */
    ask: (key) => note(key, known().get(key)),
    give: note,

    /** @returns {Held[]} */
    given: () => [...known().values()].filter((held) => held !== undefined),

    /** Whether it has this from another request. @param {string} key */
    hasJoined: (key) => {
      // Next's own keys lack what ours may end with, the root parameters.
      const isJoined = (/** @type {string} */ name) => key.startsWith(name) && ![...known().keys()].some((asked) => asked.startsWith(name));
      return [request?.pendingCacheInvocations, request?.completedCacheInvocations].some((names) => [...(names?.keys() ?? [])].some(isJoined));
    },
  };
}

/**
 * Before 16.3 Next asks the handler each time: what a request was given long ago says nothing of what it stores.
 *
 * @param {NextRequest} request
 */
function keepsResults({ completedCacheInvocations }) {
  return completedCacheInvocations !== undefined;
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
     * @param {string} key
     * @param {string[]} tags
     * @param {number} revision the log version that it had seen
     */
    end(key, tags, revision) {
      // Who has joined it began before now. If nothing was revalidated since, it can have seen nothing newer.
      if (revision < newestVersion()) {
        const endedAt = monotonic();
        kept = kept.filter((ended) => endedAt - ended.endedAt < KEPT_MS).slice(1 - MAX_KEPT);
        kept.push({ key, tags, revision, endedAt });
        for (let length = lengthOf(kept); length > MAX_KEPT_LENGTH; length = lengthOf(kept)) {
          kept.shift();
        }
      }
    },

    /**
     * The oldest log version that anything in a render has seen. It carries the tags of what it has joined.
     *
     * @param {string[]} tags
     * @param {number} beganAt
     * @param {number} revision what the render itself has seen
     * @param {HeldByRequest} held
     */
    revisionOf(tags, beganAt, revision, held) {
      const own = new Set(tags);
      /** @param {Held} of */
      const isOlder = (of) => of.revision < revision && of.tags.every((tag) => own.has(tag));
      const joined = kept.filter((ended) => isOlder(ended) && (ended.endedAt >= beganAt || held.hasJoined(ended.key)));
      return [...held.given().filter(isOlder), ...joined].reduce((oldest, of) => Math.min(oldest, of.revision), revision);
    },
  };
}

/** @param {Ended[]} kept */
function lengthOf(kept) {
  return kept.reduce((length, { key }) => length + key.length, 0);
}
