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
 * @param {(text: string) => string} [shown] makes a tag fit to be shown
 */
export function causeOf({ version, tag, atMs, mode, expiresAtMs }, shown = (text) => text) {
  const deadline = expiresAtMs ? ` (expired from ${new Date(expiresAtMs).toISOString()})` : "";
  return `revalidation ${version} made ${shown(tag)} ${mode}${deadline}, ${new Date(atMs).toISOString()}`;
}
