// Which sets of 'use cache' answer a get. In on-demand revalidation Next renders without asking, and what it then stores takes
// the place of an entry that was good: other processes must be told, or they go on with their copies of that.

/** Keys that are remembered. Of one that is forgotten a set counts as unasked for, which costs a write. */
const MAX_KEPT = 1_000;

/** All times are in Next's terms of `entry.timestamp`: Unix milliseconds by the monotonic clock. */
export function createCalledFor() {
  /** @type {Map<string, { calledAt: number, storedAt: number }>} */
  const keys = new Map();

  /**
   * @param {string} key
   * @param {{ calledAt?: number, storedAt?: number }} times
   */
  function note(key, times) {
    const known = keys.get(key) ?? { calledAt: -Infinity, storedAt: -Infinity };
    keys.delete(key);
    keys.set(key, { ...known, ...times });
    if (keys.size > MAX_KEPT) {
      keys.delete(keys.keys().next().value ?? "");
    }
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
