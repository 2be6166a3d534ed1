// The border to Next, which guards neither `get` nor the plural methods: whatever fails behind it is a miss.

import runtime from "#runtime";
import { createComplaints, messageOf } from "./complaints.mjs";
import { coreUnderWay } from "./core.mjs";
import { loggerFor, sharedCache } from "./shared.mjs";

/** @typedef {import("./options.mjs").Options} Options */
/** @typedef {import("./shared.mjs").SharedCache} SharedCache */

/** @type {WeakMap<Options, ReturnType<typeof createComplaints>>} */
const complaints = new WeakMap();

/**
 * Runs outside of Next's request context, and answers `otherwise` rather than throw.
 *
 * @template T
 * @param {Options} options
 * @param {string} operation
 * @param {T} otherwise
 * @param {(cache: SharedCache) => Promise<T>} run
 * @returns {Promise<T>}
 */
export async function guarded(options, operation, otherwise, run) {
  try {
    return await outsideRequest(options, run);
  } catch (error) {
    complainOf(options)("error", operation, `${operation} failed, and the site goes on without it: ${messageOf(error)}`);
    return otherwise;
  }
}

/**
 * Revalidates tags. It rejects only with the option `throwOnRevalidateError`.
 *
 * @param {Options} options
 * @param {string[]} tags
 * @param {{ expire?: number }} [durations]
 * @returns {Promise<void>}
 */
export async function revalidate(options, tags, durations) {
  const run = (/** @type {SharedCache} */ cache) => cache.revalidate(tags, durations);
  return options.throwOnRevalidateError
    ? outsideRequest(options, run)
    : guarded(options, "revalidateTag", undefined, run);
}

/**
 * It may also throw.
 *
 * @template T
 * @param {Options} options
 * @param {(cache: SharedCache) => Promise<T>} run
 * @returns {Promise<T>}
 */
function outsideRequest(options, run) {
  return runtime.outsideRequest(() => {
    const underWay = coreUnderWay();
    return underWay ? within(options.coldTimeoutMs, underWay).then(() => run(sharedCache(options))) : run(sharedCache(options));
  });
}

/**
 * Waits for a promise, and not longer than so many milliseconds.
 *
 * @param {number} ms
 * @param {Promise<void>} promise
 */
export async function within(ms, promise) {
  /** @type {any} */
  let timer;
  await Promise.race([promise, new Promise((resolve) => (timer = runtime.setTimeout(() => resolve(undefined), ms)))]);
  clearTimeout(timer);
}

/** @param {Options} options */
function complainOf(options) {
  let complain = complaints.get(options);
  if (!complain) {
    complain = createComplaints(loggerFor(options.log));
    complaints.set(options, complain);
  }
  return complain;
}
