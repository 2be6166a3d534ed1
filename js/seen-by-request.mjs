// What a request had first seen of the log of revalidations. React calls `fetch`, and what its `cache` wraps, once for all in a
// request that ask for the same, and nobody then asks a handler. So what `unstable_cache` stores may hold what its request has
// read long before, and must not count as newer than that.

import { nextWorkStorage } from "./next-internals.mjs";

/** @type {WeakMap<object, number>} by Next's object of a request, the oldest log version that a get in it has seen */
const oldest = new WeakMap();

/**
 * Of the request in whose context this is called.
 *
 * @typedef {ReturnType<typeof seenByRequest>} SeenByRequest
 */
export function seenByRequest() {
  const request = nextWorkStorage()?.getStore();
  const seen = () => (request && oldest.get(request)) ?? Infinity;
  return {
    /** @param {number} version that a get has seen */
    note(version) {
      if (request) {
        oldest.set(request, Math.min(version, seen()));
      }
    },

    /** @param {number} version */
    atMost: (version) => Math.min(version, seen()),
  };
}
