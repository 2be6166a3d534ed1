// What a render may have taken from another request. Since 16.3 Next gives what one request is fetching or rendering of 'use cache' to each
// that asks for it meanwhile, and asks no handler. What such a request then stores has begun later, and holds what was read
// before: it must not count as newer than that.

/** Reads and renders that are remembered, and how long, milliseconds: no render takes longer. */
const MAX_KEPT = 1_000;
const KEPT_MS = 300_000;

// Taken when the module loads: Next replaces the global one while it prerenders, to see whether a page reads it.
const monotonic = performance.now.bind(performance);

/** @typedef {{ tags: string[], revision: number, endedAt: number }} Ended */

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
     */
    revisionOf(tags, beganAt, revision) {
      const joinable = kept.filter((ended) => ended.revision < revision && ended.endedAt >= beganAt);
      const own = new Set(joinable.length > 0 ? tags : []);
      const joined = joinable.filter((ended) => ended.tags.every((tag) => own.has(tag)));
      return joined.reduce((oldest, ended) => Math.min(oldest, ended.revision), revision);
    },
  };
}
