// The one read of the revalidation log that Next asks for at the start of a request, before its first 'use cache'.

/**
 * Tells whether the gets of a request may be judged by the log that this process knows: only while no read that
 * began after the last one that succeeded has failed.
 */
export function createRefreshes() {
  let begun = 0;
  let succeeded = 0;
  let failed = 0;
  return {
    isKnown: () => succeeded > failed,

    /** @param {{ core: { refresh(): Promise<number> }, logger: { warn(message: string): void } }} cache */
    async run({ core, logger }) {
      const mine = ++begun;
      try {
        await core.refresh();
        succeeded = Math.max(succeeded, mine);
      } catch (error) {
        failed = Math.max(failed, mine);
        const reason = error instanceof Error ? error.message : String(error);
        logger.warn(`the revalidation log could not be read, so 'use cache' entries count as misses: ${reason}`);
      }
    },
  };
}
