// For the edge and for browsers too, which have no node:crypto.

import { unstable_cache } from "next/cache";
import { thisInstance } from "./instances.mjs";

/** Which render this is, and whose; the tests read it from the markup. */
export function Stamp({ data = "" }) {
  return <output data-render={crypto.randomUUID()} data-by={thisInstance()} data-content={data} />;
}

/**
 * Something cached with tags, so that the page has them too.
 *
 * @param {string[]} tags
 */
export function tagged(...tags) {
  return unstable_cache(async () => crypto.randomUUID(), ["tagged", ...tags], { tags })();
}

/** @param {string} path at the origin, which counts how often it is asked */
export function origin(path) {
  return new URL(path, process.env.ORIGIN).href;
}
