// Which sets of 'use cache' answer a get. In on-demand revalidation Next renders without asking, and what it then stores takes
// the place of an entry that was good: other processes must be told, or they go on with their copies of that.

import { LatestKeys } from "./latest-keys.mjs";

/**
 * All times are in Next's terms of `entry.timestamp`: Unix milliseconds by the monotonic clock. Of a key that is forgotten a set
 * counts as unasked for, which costs a write.
 */
export function createCalledFor() {
  /** @type {LatestKeys<{ calledAt: number, storedAt: number }>} */
  const keys = new LatestKeys();

  /**
   * @param {string} key
   * @param {{ calledAt?: number, storedAt?: number }} times
   */
  function note(key, times) {
    const known = keys.get(key) ?? { calledAt: -Infinity, storedAt: -Infinity };
    keys.set(key, { ...known, ...times });
  }

  return {
    /**
     * A get that began then has found nothing good.
     *
     * @param {string} key
     * @param {number} calledAt
     */
    call: (key, calledAt) => note(key, { calledAt }),

    /**
     * @param {string} key
     * @param {number} storedAt
     */
    store: (key, storedAt) => note(key, { storedAt }),

    /**
     * Whether a get has called for a render that began then, or for one beside it.
     *
     * @param {string} key
     * @param {number} begunAt
     */
    has(key, begunAt) {
      const { calledAt, storedAt } = keys.get(key) ?? { calledAt: -Infinity, storedAt: -Infinity };
      return calledAt > -Infinity && (calledAt > storedAt || begunAt <= storedAt);
    },
  };
}
