// The one read of the revalidation log that Next asks for at the start of a request, before its first 'use cache'.

import { messageOf } from "./complaints.mjs";

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

    /** @param {Pick<import("./shared.mjs").SharedCache, "core" | "complain" | "options">} cache */
    async run({ core, complain, options }) {
      const mine = ++begun;
      try {
        await core.refresh();
        succeeded = Math.max(succeeded, mine);
      } catch (error) {
        failed = Math.max(failed, mine);
        const reason = messageOf(error);
        const line = `the revalidation log of the table ${options.tableName} could not be read: ${reason}`;
        complain("warn", "refresh", line, "'use cache' entries count as misses meanwhile.");
      }
    },
  };
}
