// The plural handler where the store fails or hangs.

import assert from "node:assert/strict";
import { test } from "node:test";
import { createUseCacheHandler } from "../../js/entries/use-cache.mjs";
import { readBody } from "../../js/segments.mjs";

/** @typedef {import("../../types/index.d.ts").DynamoDBCacheOptions} Options */
/** @typedef {import("../../types/index.d.ts").CacheEvent} CacheEvent */
/** @typedef {import("../../types/use-cache.d.ts").UseCacheEntry} UseCacheEntry */

/** @type {Options} */
const CONNECTION = {
  endpoint: "http://127.0.0.1:1",
  region: "eu-central-1",
  credentials: { accessKeyId: "a", secretAccessKey: "b" },
  log: false,
  readTimeoutMs: 200,
  coldTimeoutMs: 200,
  writeTimeoutMs: 2_000,
};

/** @param {Partial<UseCacheEntry>} [fields] @returns {UseCacheEntry} */
function entry(fields) {
  const value = /** @type {any} */ (new Response("rendered").body);
  const timestamp = performance.timeOrigin + performance.now();
  return { value, tags: ["t"], stale: 30, timestamp, expire: 3_600, revalidate: 60, ...fields };
}

test("a set that the store refuses is told of as degraded", async () => {
  /** @type {CacheEvent[]} */
  const events = [];
  const fetch = async () => new Response(JSON.stringify({ __type: "x#AccessDeniedException", message: "no" }), { status: 400 });
  const handler = createUseCacheHandler({ ...CONNECTION, fetch, onEvent: (event) => events.push(event) });
  await handler.set("key", Promise.resolve(entry()));
  assert.deepEqual(events.map(({ type }) => type), ["degraded"]);
  assert.match(events[0]?.reason ?? "", /AccessDenied/);
});

test("a get waits no longer than its budget for a set that the store does not answer", async () => {
  /** @type {NonNullable<Options["fetch"]>} */
  const fetch = (_url, { headers, signal }) =>
    /Put|Write/.test(headers["x-amz-target"] ?? "")
      ? new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)))
      : Promise.resolve(new Response("{}"));
  const handler = createUseCacheHandler({ ...CONNECTION, fetch });
  await handler.get("other", []);
  const stored = handler.set("key", Promise.resolve(entry()));
  const began = performance.now();
  await handler.get("key", []);
  const ms = performance.now() - began;
  await stored;
  assert.ok(ms < 700, `${ms} ms`);
});

test("an entry that expires at once is not stored: no get would find it", async () => {
  let requests = 0;
  const fetch = async () => {
    requests++;
    return new Response("{}");
  };
  const handler = createUseCacheHandler({ ...CONNECTION, fetch });
  // As Next has it: the other half is what it sends.
  const [value, sent] = entry().value.tee();
  await handler.set("key", Promise.resolve(entry({ value, expire: 0, revalidate: 0 })));
  assert.equal(requests, 0);
  assert.equal(await new Response(sent).text(), "rendered");
});

test("an entry that says of more segments than a value takes has none", async () => {
  const get = async () => {
    throw new Error("asked for");
  };
  const cache = /** @type {any} */ ({ core: { get } });
  const operation = /** @type {any} */ ({});
  for (const count of [65, 4_294_967_296, Infinity, NaN, "64 or so"]) {
    const segments = { slot: 0, generation: 0.5, count: /** @type {number} */ (count), bytes: 1 };
    assert.equal(await readBody(cache, { key: "key", softTags: [] }, segments, operation), undefined);
  }
  await assert.rejects(readBody(cache, { key: "key", softTags: [] }, { slot: 0, generation: 0.5, count: 64, bytes: 1 }, operation), /asked for/);
});
