// Revalidations of one tick are one write. Next tells every handler of a revalidated tag in the same tick: the singular
// one and each plural one.

import { messageOf } from "./complaints.mjs";

/** @typedef {Pick<import("./shared.mjs").SharedCache, "core" | "logger" | "complain" | "begin" | "options">} Cache */
/** @typedef {{ expire?: number }} Durations */

/** @typedef {Map<string, { tags: string[], durations: Durations | undefined, at: number }>} Refused */

/** Refused revalidations that are remembered, and how long, milliseconds: the core itself tries them again much sooner. */
const MAX_REFUSED = 1_000;
const REMEMBERED_MS = 3_600_000;

/** @param {Cache} cache */
export function createRevalidations(cache) {
  /** @type {Map<string, { tags: Set<string>, done: Promise<void> }>} */
  const ticks = new Map();
  /** @type {Refused} */
  const refused = new Map();
  return {
    /**
     * @param {string[]} tags
     * @param {Durations} [durations]
     * @returns {Promise<void>} resolves when the store has confirmed it, or has refused it, which is logged; rejects then
     *   only with the option `throwOnRevalidateError`
     */
    revalidate(tags, durations) {
      if (tags.length === 0) {
        return Promise.resolve();
      }
      const group = durations ? `soft ${durations.expire}` : "hard";
      let tick = ticks.get(group);
      if (!tick) {
        const all = /** @type {Set<string>} */ (new Set());
        const done = Promise.resolve().then(async () => {
          ticks.delete(group);
          await append(cache, refused, [...all], durations);
        });
        tick = { tags: all, done };
        ticks.set(group, tick);
      }
      for (const tag of tags) {
        tick.tags.add(tag);
      }
      return tick.done;
    },

    /** Hands a core that replaces another what the other held until the store would confirm it. */
    repeat() {
      for (const [name, { tags, durations, at }] of refused) {
        refused.delete(name);
        if (performance.now() - at < REMEMBERED_MS) {
          append(cache, refused, tags, durations).then(
            (confirmed) => confirmed && cache.logger.info(`revalidation of ${tags.join(", ")} is confirmed now`),
            () => {}, // it has complained
          );
        }
      }
    },
  };
}

/**
 * @param {Cache} cache
 * @param {Refused} refused
 * @param {string[]} tags
 * @param {Durations | undefined} durations
 * @returns {Promise<boolean>} whether the store has confirmed it
 */
async function append({ core, complain, begin, options }, refused, tags, durations) {
  const operation = begin(undefined, undefined, tags);
  try {
    await core.revalidateTags(tags, Boolean(durations), durations?.expire, operation.meter);
    operation.end("revalidate");
    return true;
  } catch (error) {
    const reason = messageOf(error);
    refused.set(JSON.stringify([tags, durations]), { tags, durations, at: performance.now() });
    const [oldest] = refused.keys();
    if (refused.size > MAX_REFUSED && oldest !== undefined) {
      refused.delete(oldest);
    }
    const line = `revalidation of ${tags.join(", ")} was not confirmed by the table ${options.tableName}: ${reason}`;
    complain("error", "revalidate", line, "It holds in this process, and is tried again until it holds everywhere.");
    operation.end("degraded", reason);
    if (options.throwOnRevalidateError) {
      throw error;
    }
    return false;
  }
}
