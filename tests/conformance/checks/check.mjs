// What a check is, and the assertions that all of them make.

import assert from "node:assert/strict";

/** @typedef {import("../environment.mjs").Environment} Environment */
/** @typedef {import("../instance.mjs").Instance} Instance */
/** @typedef {import("../words.mjs").Entry} Entry */
/** @typedef {import("../words.mjs").Next} Next */

/** @typedef {Environment & { id: string }} Context `id` is in every key and tag of the check, and in no other's */

/**
 * @typedef {object} Check
 * @property {string} name a fact
 * @property {string} promise what of this package's promises it stands for
 * @property {(context: Context) => Promise<void>} run
 * @property {(next: Next) => boolean} [on] the versions that have what it is about; all, if absent
 * @property {string | ((next: Next) => string | undefined)} [beyondNext] why Next's own handler fails it: the control
 *   asserts that it does
 * @property {string} [withoutControl] why it cannot be run on one instance with Next's own handler
 */

/** @param {number} ms */
export function pause(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/**
 * What a request does that is not served: it asks, and stores what it renders.
 *
 * @param {Instance} instance
 * @param {Entry} entry
 * @param {any} value
 * @param {import("../words.mjs").Lifetime} [lifetime]
 */
export async function render(instance, entry, value, lifetime) {
  const request = instance.request();
  await request.get(entry);
  await request.set(entry, value, lifetime);
  await request.end();
}

/**
 * @param {Instance} instance
 * @param {Entry} entry
 * @param {unknown} value
 */
export async function assertFresh(instance, entry, value) {
  const answer = await instance.get(entry);
  assert.equal(answer.status, "fresh");
  assert.deepStrictEqual(answer.value, value);
}

/**
 * Served once more while it is rendered again.
 *
 * @param {Instance} instance
 * @param {Entry} entry
 * @param {unknown} value
 */
export async function assertStale(instance, entry, value) {
  const answer = await instance.get(entry);
  assert.equal(answer.status, "stale");
  assert.deepStrictEqual(answer.value, value);
}

/**
 * @param {Instance} instance
 * @param {Entry} entry
 */
export async function assertMiss(instance, entry) {
  assert.equal((await instance.get(entry)).status, "miss");
}

/**
 * @param {Instance[]} instances
 * @param {Entry} entry
 */
export async function assertMissEverywhere(instances, entry) {
  for (const instance of instances) {
    await assertMiss(instance, entry);
  }
}

/**
 * @param {Instance[]} instances
 * @param {Entry} entry
 * @param {unknown} value
 */
export async function assertFreshEverywhere(instances, entry, value) {
  for (const instance of instances) {
    await assertFresh(instance, entry, value);
  }
}
