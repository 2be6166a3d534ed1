// The servers of this demo: which this process is, and how to reach the other.

/** @typedef {{ name: string, url: string }} Instance */

/** What this process is called. While `next build` prerenders, it is the build. */
export function thisInstance() {
  return process.env.INSTANCE ?? "the build";
}

/** @returns {Instance[]} */
export function instances() {
  return JSON.parse(process.env.INSTANCES ?? "[]");
}

/** @param {unknown} name */
export function instance(name) {
  return instances().find((candidate) => candidate.name === name);
}

/**
 * The events of an instance after a number.
 *
 * @param {Instance} of
 * @param {number} number
 * @returns {Promise<import("./events.mjs").RecordedEvent[]>}
 */
export async function eventsOf({ url }, number) {
  const response = await fetch(`${url}/api/events?after=${number}`, { cache: "no-store" });
  return response.json();
}
