// The plural handler: entries of 'use cache', their streams, tags and lifetimes.

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, before, test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { streamOf } from "../../js/byte-stream.mjs";
import { shippedFetch } from "../shipped-fetch.mjs";
import { send } from "./raw.mjs";
import { page, startStore } from "./instances.mjs";

/** @typedef {import("../../types/use-cache.d.ts").UseCacheEntry} UseCacheEntry */

/** @type {Awaited<ReturnType<typeof startStore>>} */
let store;
before(async () => (store = await startStore()));
after(() => store.stop());

const MIB = 1024 * 1024;
const KEY = JSON.stringify(["build", "fn", ["\ud800"]]);

async function twoInstances() {
  const table = await store.createTable();
  return { a: store.instance(table), b: store.instance(table), table };
}

/**
 * @param {string} text
 * @param {Partial<UseCacheEntry>} [fields]
 * @returns {UseCacheEntry}
 */
function entry(text, fields) {
  const value = new Response(text).body;
  const timestamp = performance.timeOrigin + performance.now();
  return { value: /** @type {any} */ (value), tags: ["t"], stale: 30, timestamp, expire: 3_600, revalidate: 60, ...fields };
}

/** @param {UseCacheEntry | undefined} found */
async function textOf(found) {
  return found ? new Response(found.value).text() : undefined;
}

test("an entry comes back on another instance as it was, with a new stream for every get", async () => {
  const { a, b } = await twoInstances();
  const { value, ...fields } = entry("", { tags: ["t", "ü"], timestamp: 1_795_452_072_580.1543, expire: 4_294_967_294 });
  void value;
  await a.useCache.set(KEY, Promise.resolve(entry("rendered", fields)));
  for (const instance of [b, b, a]) {
    const found = await instance.useCache.get(KEY, []);
    assert.deepEqual({ ...found, value: undefined }, { ...fields, value: undefined });
    assert.equal(await textOf(found), "rendered");
  }
});

test("a get waits for a set of the same key that is under way", async () => {
  const { a } = await twoInstances();
  /** @type {(entry: UseCacheEntry) => void} */
  let finish = () => {};
  const stored = a.useCache.set(KEY, new Promise((resolve) => (finish = resolve)));
  const found = a.useCache.get(KEY, []);
  finish(entry("in time"));
  assert.equal(await textOf(await found), "in time");
  await stored;
});

test("an entry whose render or stream breaks is discarded", async () => {
  const { a } = await twoInstances();
  await a.useCache.set(KEY, Promise.reject(new Error("broken")));
  assert.equal(await a.useCache.get(KEY, []), undefined);
  const value = new ReadableStream({
    start(controller) {
      controller.enqueue(new TextEncoder().encode("half"));
      controller.error(new Error("broken"));
    },
  });
  await a.useCache.set(KEY, Promise.resolve(entry("", { value })));
  assert.equal(await a.useCache.get(KEY, []), undefined);
});

test("updateTags expires an entry on every instance", async () => {
  const { a, b } = await twoInstances();
  await a.useCache.set(KEY, Promise.resolve(entry("old")));
  await b.useCache.refreshTags();
  assert.ok(await b.useCache.get(KEY, []));
  await a.useCache.updateTags(["t"]);
  await b.useCache.refreshTags();
  assert.equal(await b.useCache.get(KEY, []), undefined);
  assert.equal(await a.useCache.get(KEY, []), undefined);
});

test("updateTags with durations makes it stale, and Next regenerates it", async () => {
  const { a, b } = await twoInstances();
  await a.useCache.set(KEY, Promise.resolve(entry("old")));
  await a.useCache.updateTags(["t"], { expire: 3_600 });
  await b.useCache.refreshTags();
  const found = await b.useCache.get(KEY, []);
  assert.equal(found?.revalidate, -1);
  assert.equal(await textOf(found), "old");
});

test("soft tags count in get, so their expiration is Infinity", async () => {
  const { a, b } = await twoInstances();
  await a.useCache.set(KEY, Promise.resolve(entry("old", { tags: [] })));
  assert.ok(await b.useCache.get(KEY, ["_N_T_/page"]));
  assert.equal(await b.useCache.getExpiration(["_N_T_/page"]), Infinity);
  await a.useCache.updateTags(["_N_T_/page"]);
  await b.useCache.refreshTags();
  assert.equal(await b.useCache.get(KEY, ["_N_T_/page"]), undefined);
});

test("where Next passes no soft tags to get, getExpiration tells when they expired", async () => {
  const { a, b } = await twoInstances();
  await a.useCache.set(KEY, Promise.resolve(entry("old")));
  assert.ok(await b.useCache.get(KEY));
  assert.equal(await b.useCache.getExpiration("_N_T_/page"), 0);
  const before = Date.now();
  await a.useCache.expireTags("_N_T_/page");
  await b.useCache.refreshTags();
  const expiration = await b.useCache.getExpiration("_N_T_/page", "other");
  assert.ok(expiration >= before && expiration <= Date.now());
});

test("getExpiration also tells of what the store has not confirmed", async () => {
  const table = await store.createTable();
  const isRefused = (/** @type {string | undefined} */ target) => target?.endsWith("UpdateItem");
  const instance = store.instance(table, {
    writeTimeoutMs: 200,
    fetch: (url, init) => (isRefused(init.headers["x-amz-target"]) ? Promise.reject(new Error("no route to host")) : shippedFetch(url, init)),
  });
  assert.equal(await instance.useCache.getExpiration("_N_T_/page"), 0);
  const before = Date.now();
  await instance.useCache.expireTags("_N_T_/page");
  const expiration = await instance.useCache.getExpiration("_N_T_/page", "other");
  assert.ok(expiration >= before && expiration <= Date.now(), String(expiration));
});

test("what was rendered before a revalidation and stored after it is not served", async () => {
  const { a, b } = await twoInstances();
  await a.useCache.refreshTags();
  await a.useCache.get(KEY, []);
  const late = entry("late");
  await b.useCache.updateTags(["t"]);
  await a.useCache.refreshTags();
  await a.useCache.set(KEY, Promise.resolve(late));
  assert.equal(await a.useCache.get(KEY, []), undefined);
  assert.equal(await b.useCache.get(KEY, []), undefined);
  await a.useCache.set(KEY, Promise.resolve(entry("new")));
  assert.equal(await textOf(await b.useCache.get(KEY, [])), "new");
});

test("a request reads the log once, and entries in memory cost nothing more", async () => {
  const { a } = await twoInstances();
  await a.useCache.get(KEY, []);
  await a.useCache.set(KEY, Promise.resolve(entry("warm")));
  const actions = await a.actionsOf(async () => {
    await a.useCache.refreshTags();
    await Promise.all([a.useCache.get(KEY, []), a.useCache.get(KEY, []), a.useCache.get(KEY, ["s"])]);
  });
  assert.deepEqual(actions, ["GetItem"]);
});

test("the singular and the plural handler share revalidations", async () => {
  const { a, b } = await twoInstances();
  await a.useCache.set(KEY, Promise.resolve(entry("old")));
  await a.request().set("/a", page("a", ["t"]), {});
  await b.request().revalidateTag(["t"]);
  await a.useCache.refreshTags();
  assert.equal(await a.useCache.get(KEY, []), undefined);
  await a.useCache.updateTags(["t"]);
  assert.equal(await b.request().get("/a", { kind: "APP_PAGE" }), null);
});

test("what Next renders without having asked, as in on-demand revalidation, takes the place of other instances' copies", async () => {
  const { a, b } = await twoInstances();
  await a.useCache.get(KEY, []);
  await a.useCache.set(KEY, Promise.resolve(entry("first")));
  assert.equal(await textOf(await b.useCache.get(KEY, [])), "first");
  await a.useCache.set(KEY, Promise.resolve(entry("second")));
  assert.equal(await textOf(await b.useCache.get(KEY, [])), "second");
});

test("so does a large one, also of copies of segments that lay in the same slots", async () => {
  const { a, b } = await twoInstances();
  await a.useCache.get(KEY, []);
  for (let count = 0; count < 12; count++) {
    await a.useCache.set(KEY, Promise.resolve(entry(`${count} ${"x".repeat(MIB)}`)));
    const found = await textOf(await b.useCache.get(KEY, []));
    assert.equal(found?.split(" ")[0], String(count));
  }
});

test("a large one that a path's revalidation has ended is read anew, also where there are copies of segments in the same slots", async () => {
  const { a, b } = await twoInstances();
  const softTags = ["_N_T_/path"];
  for (let count = 0; count < 12; count++) {
    await a.useCache.refreshTags();
    assert.equal(await a.useCache.get(KEY, softTags), undefined);
    await setTimeout(2); // the render begins after what the process has seen
    await a.useCache.set(KEY, Promise.resolve(entry(`${count} ${"x".repeat(MIB)}`)));
    await b.useCache.refreshTags();
    const found = await textOf(await b.useCache.get(KEY, softTags));
    assert.equal(found?.split(" ")[0], String(count));
    await a.useCache.updateTags(softTags);
  }
});

test("what a get has called for is one write, also where several renders of it overlap", async () => {
  const { a } = await twoInstances();
  await Promise.all([a.useCache.get(KEY, []), a.useCache.get(KEY, [])]);
  const [first, second] = [entry("first"), entry("second")];
  await a.useCache.set(KEY, Promise.resolve(first));
  const again = await a.actionsOf(() => a.useCache.set(KEY, Promise.resolve(second)));
  assert.deepEqual(again, ["PutItem"]);
  // Due by Next's seconds, not yet by whole ones.
  await a.useCache.set(KEY, Promise.resolve(entry("brief", { revalidate: 0.01 })));
  await setTimeout(20);
  await a.useCache.get(KEY, []);
  assert.deepEqual(await a.actionsOf(() => a.useCache.set(KEY, Promise.resolve(entry("third")))), ["PutItem"]);
});

test("an entry that names root parameters is one write with each entry that has them", async () => {
  const { a } = await twoInstances();
  const named = () => Promise.resolve(entry("\0", { tags: ["t", "_N_RP_lang"] }));
  await a.useCache.set(KEY, named());
  assert.deepEqual(await a.actionsOf(() => a.useCache.set(KEY, named())), ["PutItem"]);
});

test("a large entry is split and read whole", async () => {
  const { a, b } = await twoInstances();
  const text = Array.from({ length: 60_000 }, () => Math.random().toString(36)).join("");
  await a.useCache.set(KEY, Promise.resolve(entry(text)));
  assert.equal((await textOf(await b.useCache.get(KEY, []))) === text, true);
});

test("a large entry is stored while its stream is read, and shown once it is whole", async () => {
  const { a, b } = await twoInstances();
  const sent = pushed();
  const storing = a.useCache.set(KEY, Promise.resolve(entry("", { value: sent.stream })));
  await sent.push(noise(3 * MIB));
  await until(() => a.sent.filter(({ action }) => action === "BatchWriteItem").length >= 2);
  assert.equal(await b.useCache.get(KEY, []), undefined, "the stream has not ended");
  await sent.push(Buffer.from("the end"));
  sent.end();
  await storing;
  const text = await textOf(await b.useCache.get(KEY, []));
  assert.equal(text?.length, 3 * MIB + "the end".length);
  assert.ok(text?.endsWith("the end"));
  const warm = await b.actionsOf(() => b.useCache.get(KEY, []));
  assert.deepEqual(warm.filter((action) => action !== "GetItem"), [], "its segments are in memory");
});

test("a large entry whose stream breaks off leaves the one before", async () => {
  const { a, b } = await twoInstances();
  const first = noise(2 * MIB);
  await a.useCache.set(KEY, Promise.resolve(entry("", { value: streamOf([first]) })));
  const sent = pushed();
  const storing = a.useCache.set(KEY, Promise.resolve(entry("", { value: sent.stream })));
  await sent.push(noise(3 * MIB));
  sent.fail();
  await storing;
  for (const instance of [a, b]) {
    assert.equal(await textOf(await instance.useCache.get(KEY, [])), Buffer.from(first).toString());
  }
});

test("a large entry is judged by its tags, and a lost segment is a miss", async () => {
  const { a, b } = await twoInstances();
  const large = () => Promise.resolve(entry("", { value: streamOf([noise(2 * MIB)]) }));
  await a.useCache.set(KEY, large());
  await b.useCache.updateTags(["t"], { expire: 100 });
  await a.useCache.refreshTags();
  assert.equal((await a.useCache.get(KEY, []))?.revalidate, -1);
  await a.useCache.set(KEY, large());
  await b.useCache.updateTags(["t"]);
  await a.useCache.refreshTags();
  assert.equal(await a.useCache.get(KEY, []), undefined);

  const { a: c, b: d, table } = await twoInstances();
  await c.useCache.set(KEY, large());
  const segment = (await store.scan(table)).find(({ kind }) => kind?.S === "USE_CACHE_SEGMENT");
  await send(store.endpoint, "DeleteItem", { TableName: table, Key: { key: segment?.key } });
  assert.equal(await d.useCache.get(KEY, []), undefined);
  assert.equal(d.events.at(-1)?.reason, "unreadable");
});

test("overlapping sets of a large entry give one of them whole, or a miss", async () => {
  const { a, b, table } = await twoInstances();
  const bodies = [0, 1, 2, 3].map((n) => Buffer.alloc(2 * MIB, `${n}`));
  const stored = bodies.map((body, n) =>
    [a, b][n % 2]?.useCache.set(KEY, Promise.resolve(entry("", { value: streamOf([body]) }))),
  );
  let isStored = false;
  void Promise.all(stored).then(() => (isStored = true));
  for (let round = 0; !isStored || round < 3; round++) {
    const found = await textOf(await store.instance(table).useCache.get(KEY, []));
    assert.ok(found === undefined || bodies.some((body) => body.equals(Buffer.from(found))));
  }
  await a.useCache.set(KEY, Promise.resolve(entry("", { value: streamOf([Buffer.alloc(2 * MIB, "z")]) })));
  assert.equal((await textOf(await store.instance(table).useCache.get(KEY, [])))?.[0], "z");
});

test("storing 40 MB takes no memory for more than a segment", async () => {
  const { a } = await twoInstances();
  const piece = noise(256 * 1024);
  let left = 160;
  const stream = new ReadableStream({
    pull(controller) {
      controller.enqueue(piece.slice());
      if (--left === 0) {
        controller.close();
      }
    },
  });
  setFlagsFromString("--expose-gc");
  const collectGarbage = runInNewContext("gc");
  collectGarbage();
  const before = process.memoryUsage().arrayBuffers;
  let peak = 0;
  const watch = setInterval(() => {
    collectGarbage();
    peak = Math.max(peak, process.memoryUsage().arrayBuffers - before);
  }, 20);
  await a.useCache.set(KEY, Promise.resolve(entry("", { value: stream })));
  clearInterval(watch);
  // What the core keeps in its own memory is bounded by `memoryMaxBytes`, 32 MB.
  assert.ok(peak < 20 * MIB, `${peak} bytes more`);
});

/** Text that compresses to about three quarters. @param {number} bytes */
function noise(bytes) {
  return new Uint8Array(Buffer.from(randomBytes((bytes / 4) * 3).toString("base64")));
}

/** A stream that a test feeds. */
function pushed() {
  /** @type {ReadableStreamDefaultController<Uint8Array>} */
  let controller;
  const stream = new ReadableStream({ start: (given) => void (controller = given) });
  return {
    stream,
    /** @param {Uint8Array} chunk */
    async push(chunk) {
      controller.enqueue(chunk);
    },
    end: () => controller.close(),
    fail: () => controller.error(new Error("the render failed")),
  };
}

/** @param {() => boolean} condition */
async function until(condition) {
  while (!condition()) {
    await setTimeout(20);
  }
}
