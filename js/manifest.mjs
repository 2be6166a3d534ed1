// Next 16 judges what the handler returns once more, by a map of tag times in its process. The core has judged already,
// by the log, so the map is told exactly as much as makes Next come to the same answer.

import { nextTagsManifest } from "./next-internals.mjs";

/**
 * The `lastModified` to return for an entry that the core serves. Where the map holds a later time for one of its tags
 * (a clock is behind, or it was rendered after and stamped before), the entry is at least as new as that time.
 *
 * @param {string[]} tags
 * @param {number} lastModified Unix milliseconds
 */
export function agreeWithManifest(tags, lastModified) {
  const manifest = nextTagsManifest();
  if (!manifest || manifest.size === 0) {
    return lastModified;
  }
  const now = Date.now();
  let agreed = lastModified;
  for (const tag of tags) {
    const { stale = 0, expired = 0 } = manifest.get(tag) ?? {};
    agreed = Math.max(agreed, stale, expired <= now ? expired : 0);
  }
  return agreed;
}

/**
 * Makes Next see an entry as stale: served once more, and rendered again behind it. Times only move forward.
 *
 * @param {string[]} tags those of its tags that were revalidated
 * @param {number} lastModified what is returned with the entry
 * @returns {boolean} whether Next will see it
 */
export function markStale(tags, lastModified) {
  const manifest = nextTagsManifest();
  for (const tag of manifest ? tags : []) {
    const known = manifest?.get(tag) ?? {};
    manifest?.set(tag, { ...known, stale: Math.max(known.stale ?? 0, lastModified + 1) });
  }
  return manifest !== null && tags.length > 0;
}
