// 'use cache' during `next build`: there are no instances to share with, and often no AWS access. Each build process
// keeps its entries in memory, as Next's own handler does.

import runtime from "#runtime";
import { collect, streamOf } from "./byte-stream.mjs";

/** @typedef {import("../types/use-cache.d.ts").UseCacheEntry} UseCacheEntry */

/** @type {Map<string, Omit<UseCacheEntry, "value"> & { body: Uint8Array }>} */
const entries = new Map();

/** A process that has once been asked for an entry, and was not building, does not begin to. */
let isServing = false;

/** Whether this process is part of `next build`. */
export function isBuilding() {
  // To ask Node.js for a variable takes a hundredth of a get.
  isServing ||= runtime.env("NEXT_PHASE") !== "phase-production-build";
  return !isServing;
}

export const buildMemory = {
  /** @param {string} key */
  get(key) {
    const entry = entries.get(key);
    if (!entry) {
      return undefined;
    }
    const { body, ...rest } = entry;
    return { ...rest, value: streamOf([body]) };
  },

  /**
   * @param {string} key
   * @param {Promise<UseCacheEntry>} pendingEntry
   */
  async set(key, pendingEntry) {
    try {
      const { value, ...rest } = await pendingEntry;
      entries.set(key, { ...rest, body: await collect(value) });
    } catch {
      // The build reports what broke the entry; it is only not kept.
      entries.delete(key);
    }
  },
};
