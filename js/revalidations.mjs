// Revalidations of one tick are one write. Next tells every handler of a revalidated tag in the same tick: the singular
// one and each plural one.

/** @typedef {import("../types/index.d.ts").CacheEvent} CacheEvent */
/** @typedef {import("../types/index.d.ts").Logger} Logger */
/** @typedef {{ expire?: number }} Durations */

/**
 * @param {{ core: any, logger: Logger, emit: (event: CacheEvent) => void }} cache
 * @returns {(tags: string[], durations?: Durations) => Promise<void>} resolves when the store has confirmed it, or has
 *   refused it, which is logged
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
 * @param {{ core: any, logger: Logger, emit: (event: CacheEvent) => void }} cache
 * @param {string[]} tags
 * @param {Durations | undefined} durations
 */
async function append({ core, logger, emit }, tags, durations) {
  const began = performance.now();
  try {
    await core.revalidateTags(tags, Boolean(durations), durations?.expire);
    emit({ type: "revalidate", tags, ms: performance.now() - began });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    logger.error(
      `revalidation of ${tags.join(", ")} was not confirmed by the store, so old content may be served: ${reason}`,
    );
    emit({ type: "degraded", tags, reason, ms: performance.now() - began });
  }
}
