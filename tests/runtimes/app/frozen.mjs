// AWS Lambda: a function that calls a client's method for each invocation, and tells what came of it.

import { createCacheClient } from "nextjs-dynamodb-cache/client";

let cache;
const events = [];

/** @param {{ method: string, args: unknown[], options: object, awaited?: boolean }} event */
export async function handler({ method, args, options, awaited = true }) {
  cache ??= createCacheClient({ ...options, log: false, onEvent: (event) => events.push(event) });
  const called = cache[method](...args);
  const answer = awaited ? await called : null;
  return { pid: process.pid, answer, events: events.splice(0) };
}
