// What the handler of this process did, newest last. Next loads the handler and bundles the routes apart from each
// other, so the list that both see hangs on globalThis.

const LIMIT = 200;
const EVENTS = Symbol.for("nextjs-dynamodb-cache-demo.events");

/** @typedef {import("nextjs-dynamodb-cache").CacheEvent & { number: number, at: number }} RecordedEvent */

/** @param {import("nextjs-dynamodb-cache").CacheEvent} event */
export function recordEvent(event) {
  const events = recordedEvents();
  events.push({ ...event, number: (events.at(-1)?.number ?? 0) + 1, at: Date.now() });
  events.splice(0, events.length - LIMIT);
}

/**
 * The events after a number.
 *
 * @param {number} number
 * @returns {RecordedEvent[]}
 */
export function eventsAfter(number) {
  return recordedEvents().filter((event) => event.number > number);
}

/** @returns {RecordedEvent[]} */
function recordedEvents() {
  return (globalThis[EVENTS] ??= []);
}
