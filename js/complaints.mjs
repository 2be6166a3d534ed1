// Failures as an operator wants to read them: each kind once, then counted, not repeated.

/** @typedef {import("../types/index.d.ts").Logger} Logger */

/** While a failure goes on, a line about it comes this often, milliseconds. */
const EVERY_MS = 60_000;

/**
 * @param {Logger} logger
 * @param {() => number} [now] milliseconds that only go forward
 */
export function createComplaints(logger, now = () => performance.now()) {
  /** @type {Map<string, { loggedAt: number, more: number }>} */
  const topics = new Map();
  /**
   * @param {"warn" | "error"} level
   * @param {string} topic what kind of failure it is; there are few of them
   * @param {string} what went wrong; what somebody else says of it need not end as a sentence does
   * @param {string} [then] what follows from it
   */
  return function complain(level, topic, what, then) {
    const known = topics.get(topic);
    if (known && now() - known.loggedAt < EVERY_MS) {
      known.more++;
      return;
    }
    const more = known?.more ?? 0;
    const line = then === undefined ? what : `${what}${/[.!?]$/.test(what) ? "" : "."} ${then}`;
    logger[level](more > 0 ? `${line} (and ${more} more like this since the last such line)` : line);
    topics.set(topic, { loggedAt: now(), more: 0 });
  };
}

/** @param {unknown} error anything that was thrown */
export function messageOf(error) {
  return error instanceof Error ? error.message : String(error);
}
