// Revalidations of one tick are one write. Next tells every handler of a revalidated tag in the same tick: the singular
// one and each plural one.

import { messageOf } from "./complaints.mjs";

/** @typedef {Pick<import("./shared.mjs").SharedCache, "core" | "complain" | "emit" | "options">} Cache */
/** @typedef {{ expire?: number }} Durations */

/**
 * @param {Cache} cache
 * @returns {(tags: string[], durations?: Durations) => Promise<void>} resolves when the store has confirmed it, or has
 *   refused it, which is logged; rejects then only with the option `throwOnRevalidateError`
 */
export function createRevalidate(cache) {
  /** @type {Map<string, { tags: Set<string>, done: Promise<void> }>} */
  const ticks = new Map();
  return function revalidate(tags, durations) {
    if (tags.length === 0) {
      return Promise.resolve();
    }
    const group = durations ? `soft ${durations.expire}` : "hard";
    let tick = ticks.get(group);
    if (!tick) {
      const all = /** @type {Set<string>} */ (new Set());
      const done = Promise.resolve().then(() => {
        ticks.delete(group);
        return append(cache, [...all], durations);
      });
      tick = { tags: all, done };
      ticks.set(group, tick);
    }
    for (const tag of tags) {
      tick.tags.add(tag);
    }
    return tick.done;
  };
}

/**
 * @param {Cache} cache
 * @param {string[]} tags
 * @param {Durations | undefined} durations
 */
async function append({ core, complain, emit, options }, tags, durations) {
  const began = performance.now();
  try {
    await core.revalidateTags(tags, Boolean(durations), durations?.expire);
    emit({ type: "revalidate", tags, ms: performance.now() - began });
  } catch (error) {
    const reason = messageOf(error);
    const line = `revalidation of ${tags.join(", ")} was not confirmed by the table ${options.tableName}: ${reason}`;
    complain("error", "revalidate", `${line} It holds in this process, and is tried again until it holds everywhere.`);
    emit({ type: "degraded", tags, reason, ms: performance.now() - began });
    if (options.throwOnRevalidateError) {
      throw error;
    }
  }
}
