// Where the pages' data come from: cached with a tag, as an application caches a query.

import { unstable_cache } from "next/cache";

const HEADLINES = [
  "Harbour lights return after a quiet winter",
  "The lighthouse keeper has a new clock",
  "Ferry to the islands sails an hour earlier",
  "Storm passes north, the market opens at noon",
  "Two boats, one net: the fishers' new rule",
  "The library lends its thousandth map",
];

/**
 * A headline, and when it was written.
 *
 * @param {string} tag
 */
export function headline(tag) {
  return unstable_cache(write, ["headline", tag], { tags: [tag] })();
}

/** A headline written now, for pages that cache it themselves. */
export async function write() {
  const writtenAt = Date.now();
  return { text: HEADLINES[Math.floor(writtenAt / 1000) % HEADLINES.length], writtenAt };
}
