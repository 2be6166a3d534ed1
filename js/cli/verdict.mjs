// What a get makes of an entry now, in words. Without Node, since the window's page uses them too.

/**
 * @typedef {object} LogEvent as `src/wasm/admin.rs` has it
 * @property {number} version
 * @property {string} tag
 * @property {number} atMs
 * @property {"expired" | "stale" | "overwritten"} mode
 * @property {number | null} expiresAtMs
 */

/**
 * @param {{ verdict: "fresh" | "stale" | "miss", reason: string | null, callsForRender: boolean }} found
 * @returns {string} it begins with hit, stale or miss
 */
export function verdictOf({ verdict, reason, callsForRender }) {
  if (verdict === "miss") {
    return `miss: ${reason}`;
  }
  if (verdict === "stale") {
    return "stale: served once more while it is rendered again";
  }
  return callsForRender ? "stale: past its revalidate time, served while it is rendered again" : "hit";
}

/**
 * @param {LogEvent} event
 * @param {{ text?: (text: string) => string, time?: (ms: number) => string }} [shown] how tags and times are shown
 */
export function causeOf({ version, tag, atMs, mode, expiresAtMs }, { text = (tag) => tag, time = iso } = {}) {
  const deadline = expiresAtMs ? ` (expired from ${time(expiresAtMs)})` : "";
  return `revalidation ${version} made ${text(tag)} ${mode}${deadline}, ${time(atMs)}`;
}

/**
 * What a render had seen of the log.
 *
 * @param {{ revision: number | null, logVersion: number }} found
 */
export function revisionOf({ revision, logVersion }) {
  return revision === null ? "of a revalidation log that is lost" : `${revision} (the log is at ${logVersion})`;
}

/** @param {number} ms */
function iso(ms) {
  return new Date(ms).toISOString();
}
