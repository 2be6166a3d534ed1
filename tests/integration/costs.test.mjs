// What operations cost: events, counters and the debug log tell of the same requests that were sent.

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, before, test } from "node:test";
import { createCacheClient } from "../../js/entries/client.mjs";
import { DynamoDBCacheHandler } from "../../js/entries/index.mjs";
import { createCloudWatchEmitter } from "../../js/cloudwatch.mjs";
import { createUseCacheHandler } from "../../js/entries/use-cache.mjs";
import { streamOf } from "../../js/byte-stream.mjs";
import { eventually, MINUTE, page, startStore } from "./instances.mjs";

/** @typedef {import("../../types/index.d.ts").CacheEvent} CacheEvent */

/** @type {Awaited<ReturnType<typeof startStore>>} */
let store;
before(async () => (store = await startStore()));
after(() => store.stop());

const PAGE = { kind: "APP_PAGE" };

test("each event tells how many requests its operation sent, and what units they took", async () => {
  const table = await store.createTable();
  const [a, b] = [store.instance(table), store.instance(table)];
  const large = page(randomBytes(10_000).toString("latin1"), ["t"]);
  await a.request().get("/a", PAGE);
  const request = a.request();
  await request.get("/a", PAGE);
  await request.set("/a", large, MINUTE);
  await a.request().get("/a", PAGE); // from memory, by the log
  await b.request().get("/a", PAGE); // from the table, with the log
  await a.request().revalidateTag(["t"]);
  const told = [...a.events, ...b.events].map(({ type, requests, units }) => ({ type, requests, ...units }));
  assert.deepEqual(told.map(({ type, requests }) => [type, requests]), [
    ["miss", 1],
    ["miss", 1],
    ["set", 2],
    ["hit", 1],
    ["revalidate", 1],
    ["hit", 1],
  ]);
  const [miss, , set, fromMemory, revalidate, fromTable] = told;
  // DynamoDB and dynalite take a unit for a row that is not there, DynamoDB Local takes none.
  assert.deepEqual([miss?.read, miss?.write], [store.name === "dynalite" ? 2 : 1, 0]);
  assert.ok(set && set.write > 10 && set.read === 0, `${JSON.stringify(set)}: a unit for each KB of the entry, and its sentinel`);
  assert.deepEqual([fromMemory?.read, fromMemory?.write], [1, 0]);
  assert.ok(fromTable && fromTable.read >= 4, `${JSON.stringify(fromTable)}: a unit for each 4 KB of the entry, and the log`);
  assert.ok(revalidate && revalidate.write >= 1);
});

test("operations that run at once are told apart, and a shared read counts to one of them", async () => {
  const table = await store.createTable();
  const a = store.instance(table);
  await a.request().set("/a", page("a", ["t"]), MINUTE);
  a.events.length = 0;
  const before = a.sent.length;
  await Promise.all(Array.from({ length: 20 }, () => a.request().get("/a", PAGE)));
  const requests = a.events.map((event) => event.requests);
  assert.equal(requests.reduce((sum, count) => sum + count, 0), a.sent.length - before);
  assert.equal(requests.length, 20);
  assert.ok(requests.filter((count) => count === 0).length >= 15, `${requests}`);
});

test("the segments of a large 'use cache' entry count to its events", async () => {
  const table = await store.createTable();
  const [a, b] = [store.instance(table), store.instance(table)];
  const bytes = crypto.getRandomValues(new Uint8Array(65_536));
  const value = streamOf(Array.from({ length: 40 }, () => bytes));
  const entry = { value, tags: ["t"], stale: 60, timestamp: Date.now(), expire: 3_600, revalidate: 60 };
  await a.useCache.set("key", Promise.resolve(entry));
  await b.useCache.get("key", []);
  const [set] = a.events;
  const [hit] = b.events;
  assert.equal(set?.requests, a.sent.length);
  assert.equal(hit?.requests, b.sent.length);
  assert.ok(hit && hit.units.read > 2, JSON.stringify(hit));
});

test("without onEvent DynamoDB is not asked for capacity, with it every request is", async () => {
  const listening = { onEvent: () => {} };
  for (const options of [{}, listening]) {
    /** @type {string[]} */
    const bodies = [];
    const client = createCacheClient({
      ...store.connection,
      ...options,
      tableName: await store.createTable(),
      fetch(url, init) {
        bodies.push(new TextDecoder().decode(init.body));
        return fetch(url, init);
      },
    });
    await client.set("key", "value", { tags: ["t"] });
    await client.get("key");
    await client.updateTags("t");
    await eventually(async () => bodies.some((body) => body.includes("tag-index")), "the sweep has begun");
    const asked = bodies.map((body) => body.includes('"ReturnConsumedCapacity":"TOTAL"'));
    assert.deepEqual(asked, asked.map(() => "onEvent" in options));
    assert.equal(client.stats().units !== undefined, "onEvent" in options);
  }
});

test("stats count without a listener, by the class, its instances and the 'use cache' handler of the same options", async () => {
  const table = await store.createTable();
  let sent = 0;
  let sentBytes = 0;
  const options = {
    ...store.connection,
    tableName: table,
    buildId: "b",
    log: false,
    /** @type {import("../../types/index.d.ts").FetchLike} */
    fetch(url, init) {
      sent++;
      sentBytes += init.body?.length ?? 0;
      return fetch(url, init);
    },
  };
  const Handler = DynamoDBCacheHandler.configure(options);
  const handler = new Handler({});
  assert.equal(Handler.stats().requests, 0);
  await handler.get("/a", PAGE);
  await handler.set("/a", page("a", ["t"]), MINUTE);
  await new Handler({}).get("/a", PAGE);
  await new Handler({}).get("/a", { kind: "FETCH" });
  await createUseCacheHandler(options).get("absent", []);
  const stats = Handler.stats();
  assert.deepEqual(stats, handler.stats());
  assert.deepEqual(stats.operations, { hit: 1, stale: 0, miss: 3, set: 1, revalidate: 0, degraded: 0 });
  assert.equal(stats.misses.absent, 3);
  assert.deepEqual([stats.requests, stats.bytes.sent], [sent, sentBytes]);
  assert.ok(stats.bytes.received > 0);
  assert.equal(stats.memory.entries, 1);
  assert.equal(stats.units, undefined);
});

test("stats count the requests of a sweep, which no event tells of", async () => {
  const table = await store.createTable();
  const a = store.instance(table);
  await a.request().set("/a", page("a", ["t"]), MINUTE);
  await a.request().revalidateTag("t");
  await eventually(async () => a.sent.some(({ action }) => action === "BatchWriteItem" || action === "DeleteItem"), "it sweeps");
  const told = a.events.reduce((sum, { requests }) => sum + requests, 0);
  await eventually(async () => a.request().stats().requests === a.sent.length, "all are counted");
  assert.ok(a.sent.length > told, `${a.sent.length} requests, events told of ${told}`);
  const written = a.events.reduce((sum, { units }) => sum + units.write, 0);
  await eventually(async () => (a.request().stats().units?.write ?? 0) > written, "their units, too");
});

test("what the emitters sum up is what stats() counts, and a listener that throws harms neither", async () => {
  const table = await store.createTable();
  /** @type {string[]} */
  const lines = [];
  const cloudWatch = createCloudWatchEmitter({ write: (line) => lines.push(line) });
  /** @type {CacheEvent[]} */
  const events = [];
  const a = store.instance(table, {
    tagIndex: "off", // no sweep, which belongs to no event
    onEvent(event) {
      cloudWatch(event);
      events.push(event);
      throw new Error("a listener's own fault");
    },
  });
  await a.request().get("/a", PAGE);
  await a.request().set("/a", page("a", ["t"]), MINUTE);
  await Promise.all([a.request().get("/a", PAGE), a.request().get("/a", PAGE)]);
  await a.request().revalidateTag("t", { expire: 60 });
  assert.ok(await a.request().get("/a", PAGE));
  cloudWatch.flush();
  const [{ Hits, StaleHits, Misses, Sets, Revalidations, Degraded, Requests, ReadUnits, WriteUnits, MissReasons } = assert.fail()] =
    lines.map((line) => JSON.parse(line));
  const { operations, requests, units } = a.request().stats();
  assert.deepEqual({ hit: Hits, stale: StaleHits, miss: Misses, set: Sets, revalidate: Revalidations, degraded: Degraded }, operations);
  assert.deepEqual(operations, { hit: 2, stale: 1, miss: 1, set: 1, revalidate: 1, degraded: 0 });
  assert.deepEqual([Requests, ReadUnits, WriteUnits], [requests, units?.read, units?.write]);
  assert.equal(requests, a.sent.length);
  assert.deepEqual(MissReasons, { absent: 1 });
  assert.equal(events.length, 6);
});

for (const value of ["1", "true", "0"]) {
  test(`NEXT_PRIVATE_DEBUG_CACHE=${value} logs one line for each operation, as Next's own handlers do`, async () => {
    const lines = await debugLines(value);
    assert.equal(lines.length, 4, lines.join("\n"));
    assert.match(lines[0] ?? "", /^miss \/a \(APP_PAGE\): absent, [\d.]+ ms, 1 request$/);
    assert.match(lines[1] ?? "", /^set \/a \(APP_PAGE\): [\d.]+ ms, 2 requests, \d+ bytes stored$/);
    assert.match(lines[2] ?? "", /^hit \/a \(APP_PAGE\): from the table, [\d.]+ ms, 1 request, \d+ bytes stored$/);
    assert.match(lines[3] ?? "", /^revalidate t, u: [\d.]+ ms, 1 request$/);
  });
}

test("without NEXT_PRIVATE_DEBUG_CACHE, or with an empty one, no operation is logged", async () => {
  assert.deepEqual([await debugLines(""), await debugLines(undefined)], [[], []]);
});

/** @param {string | undefined} value of NEXT_PRIVATE_DEBUG_CACHE */
async function debugLines(value) {
  const before = process.env.NEXT_PRIVATE_DEBUG_CACHE;
  const set = (/** @type {string | undefined} */ text) => {
    delete process.env.NEXT_PRIVATE_DEBUG_CACHE;
    Object.assign(process.env, text === undefined ? {} : { NEXT_PRIVATE_DEBUG_CACHE: text });
  };
  set(value);
  try {
    /** @type {string[]} */
    const lines = [];
    const none = () => {};
    const log = { debug: (/** @type {string} */ line) => lines.push(line), info: none, warn: none, error: none };
    const tableName = await store.createTable();
    const Handler = DynamoDBCacheHandler.configure({ ...store.connection, tableName, buildId: "b", log });
    const handler = new Handler({});
    await handler.get("/a", PAGE);
    await handler.set("/a", page("a", ["t"]), MINUTE);
    await new Handler({}).get("/a", PAGE);
    await handler.revalidateTag(["t", "u"]);
    return lines;
  } finally {
    set(before);
  }
}

test("a tag that is revalidated again while its entries are swept is swept once, and not by each", async () => {
  const instance = store.instance(await store.createTable());
  const fetched = { kind: "FETCH", data: { headers: {}, body: "x", status: 200, url: "" }, tags: ["posts"], revalidate: 60 };
  const entries = 100;
  for (let number = 0; number < entries; number++) {
    await instance.request().set(String(number).padStart(64, "f"), fetched, { fetchCache: true, tags: ["posts"], ...MINUTE });
  }
  const deletes = () => instance.sent.filter(({ action }) => action === "DeleteItem").length;
  for (let times = 0; times < 5; times++) {
    await instance.request().revalidateTag("posts");
  }
  await eventually(async () => deletes() >= entries, "the entries are swept");
  const queries = () => instance.sent.filter(({ action }) => action === "Query").length;
  await eventually(async () => queries() >= 2, "they are swept again"); // what was rendered between two revalidations goes, too
  assert.ok(deletes() < 2 * entries, `${deletes()} deletes of ${entries} entries`);
});
