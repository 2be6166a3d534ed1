// The client without Next: the rows of the handler, and errors that a webhook is told of.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { createCacheClient } from "../../js/entries/client.mjs";
import { shippedFetch } from "../shipped-fetch.mjs";
import { eventually, htmlOf, MINUTE, page, startStore } from "./instances.mjs";

/** @type {Awaited<ReturnType<typeof startStore>>} */
let store;
before(async () => (store = await startStore()));
after(() => store.stop());

const BUDGETS = { readTimeoutMs: 5_000, coldTimeoutMs: 10_000, writeTimeoutMs: 10_000, log: false };

async function place() {
  const tableName = await store.createTable();
  const connection = { ...store.connection, ...BUDGETS, tableName };
  return { tableName, connection, client: createCacheClient(connection), other: createCacheClient(connection) };
}

test("what one client sets, another gets with its lifetime, whatever its type", async () => {
  const { client, other } = await place();
  const value = { text: "ü", when: [1, null, undefined], bytes: new Uint8Array([0, 255]), map: new Map([["a", true]]) };
  assert.equal(await client.set("key", value, { tags: ["t"], revalidate: 60, expire: 3_600 }), true);
  const found = await other.get("key");
  assert.deepEqual({ ...found?.value, bytes: [...(found?.value.bytes ?? [])] }, { ...value, bytes: [0, 255] });
  const { kind, isStale, revalidate, expire } = found ?? {};
  assert.deepEqual([kind, isStale, revalidate, expire], ["OTHER", false, 60, 3_600]);
});

for (const value of [null, undefined, "", 0, false]) {
  test(`${JSON.stringify(value)} is a value, and no miss`, async () => {
    const { client } = await place();
    await client.set("key", value, { tags: ["t"] });
    const found = await client.get("key");
    assert.ok(found);
    assert.equal(found.value, value);
  });
}

test("an entry past its revalidate time is stale", async () => {
  const { client } = await place();
  await client.set("key", "value", { revalidate: 1, expire: 60 });
  assert.equal((await client.get("key"))?.isStale, false);
  await new Promise((resolve) => setTimeout(resolve, 1_050));
  assert.equal((await client.get("key"))?.isStale, true);
});

test("what is no tag is not said to be revalidated", async () => {
  const { client } = await place();
  await client.set("key", "value", { tags: ["t"] });
  for (const tags of [undefined, null, ["t", 1], { tags: ["t"] }]) {
    await assert.rejects(client.revalidateTag(/** @type {any} */ (tags)), { name: "TypeError", message: /a tag is a string, not .*; nothing was revalidated/ });
    await assert.rejects(client.updateTags(/** @type {any} */ (tags)), TypeError);
  }
  assert.ok(await client.get("key"));
  await client.revalidateTag([]);
});

test("client and handler read each other's entries, pages of the build that is named", async () => {
  const { tableName, client } = await place();
  const { request } = store.instance(tableName);
  await request().set("/a", page("a", ["t"]), MINUTE);
  assert.equal(await client.get("/a"), null);
  assert.equal(htmlOf(await client.get("/a", { build: "build-1" })), "a");
  await client.set("/b", page("b", ["t"]), { build: "build-1", revalidate: 60 });
  assert.equal(htmlOf(await request().get("/b", { kind: "APP_PAGE" })), "b");
});

test("a client's revalidation holds in every handler once it has resolved, and a handler's in every client", async () => {
  const { tableName, client } = await place();
  const { request } = store.instance(tableName);
  await request().set("/a", page("a", ["t"]), MINUTE);
  await client.revalidateTag("t");
  assert.equal(await request().get("/a", { kind: "APP_PAGE" }), null);
  await client.set("key", "value", { tags: ["u"] });
  await request().revalidateTag("u");
  assert.equal(await client.get("key"), null);
});

test("a tag that is not ASCII is the same to every Next: some encode it", async () => {
  const { client, tableName } = await place();
  const instance = store.instance(tableName);
  const spellings = ["caf\u00e9", "caf%C3%A9"];
  for (const tag of spellings) {
    await instance.request().set("/a", page("html", [tag]), MINUTE);
    assert.ok(await instance.request().get("/a", { kind: "APP_PAGE" }));
    await client.revalidateTag("caf\u00e9");
    assert.equal(await instance.request().get("/a", { kind: "APP_PAGE" }), null);
  }
  for (const tag of spellings) {
    await client.set("key", "value", { tags: ["caf\u00e9"], revalidate: 60 });
    await instance.request().revalidateTag([tag]);
    assert.equal(await client.get("key"), null);
  }
});

test("a revalidation with durations makes an entry stale, updateTags makes it a miss", async () => {
  const { client, other } = await place();
  await client.set("key", "value", { tags: ["t"] });
  await client.revalidateTag(["t"], { expire: 60 });
  assert.equal((await other.get("key"))?.isStale, true);
  await client.updateTags(["t"]);
  assert.equal(await other.get("key"), null);
});

test("a get honours the tags and soft tags that it names", async () => {
  const { client, other } = await place();
  await client.set("key", "value", { tags: ["t"] });
  await client.updateTags("page");
  assert.equal(await other.get("key", { softTags: ["page"] }), null);
  assert.equal(await other.get("key", { tags: ["page"] }), null);
  assert.ok(await other.get("key"));
});

test("what was made before a revalidation and set after it is not served", async () => {
  const { client, other } = await place();
  assert.equal(await client.get("key"), null);
  await other.updateTags("t");
  await client.set("key", "late", { tags: ["t"] });
  assert.equal(await other.get("key"), null);
});

test("a set that no get called for reaches the memory of other clients", async () => {
  const { client, other } = await place();
  await client.set("key", "old", { tags: ["t"], revalidate: 60 });
  assert.equal((await other.get("key"))?.value, "old");
  await client.set("key", "new", { tags: ["t"], revalidate: 60 });
  assert.equal((await other.get("key"))?.value, "new");
});

test("a set whose replacing was not logged at first reaches the memory of other clients once it is", async () => {
  const { connection, other } = await place();
  await other.set("key", "old", { tags: ["t"], revalidate: 60 });
  assert.equal((await other.get("key"))?.value, "old");
  let isLogDown = true;
  const client = createCacheClient({
    ...connection,
    writeTimeoutMs: 200,
    fetch: (url, init) =>
      isLogDown && init.headers["x-amz-target"]?.endsWith("UpdateItem") ? Promise.reject(new Error("no route to host")) : shippedFetch(url, init),
  });
  assert.equal(await client.set("key", "new", { tags: ["t"], revalidate: 60 }), false);
  isLogDown = false;
  await eventually(async () => (await other.get("key"))?.value === "new", "the copy is dropped");
});

test("without the store a get is a miss, a set is false, and a revalidation rejects and is tried again", async () => {
  const { connection, other } = await place();
  await other.set("key", "value", { tags: ["t", "u"], revalidate: 60 });
  let isDown = true;
  const client = createCacheClient({
    ...connection,
    writeTimeoutMs: 200,
    fetch: (url, init) => (isDown ? Promise.reject(new Error("no route to host")) : shippedFetch(url, init)),
  });
  assert.equal(await client.get("key"), null);
  assert.equal(await client.set("key", "value"), false);
  await assert.rejects(client.revalidateTag("t"), /no route to host/);
  await assert.rejects(client.updateTags("u"), /no route to host/);
  assert.deepEqual(client.stats().operations, { hit: 0, stale: 0, miss: 0, set: 0, revalidate: 0, degraded: 4 });
  assert.ok(await other.get("key"));
  isDown = false;
  await eventually(async () => (await other.get("key")) === null, "the revalidation holds everywhere");
});

test("stats count each operation and what is in memory", async () => {
  const { connection } = await place();
  /** @type {string[]} */
  const events = [];
  const client = createCacheClient({ ...connection, onEvent: ({ type }) => events.push(type) });
  const nothing = { hit: 0, stale: 0, miss: 0, set: 0, revalidate: 0, degraded: 0 };
  assert.deepEqual(client.stats(), {
    operations: nothing,
    misses: { absent: 0, revalidated: 0, unreadable: 0, "another kind": 0 },
    requests: 0,
    bytes: { sent: 0, received: 0 },
    units: { read: 0, write: 0 },
    memory: { bytes: 0, entries: 0 },
  });
  await client.get("key");
  await client.set("key", "value", { tags: ["t"], revalidate: 60 });
  await client.get("key");
  const { operations, memory } = client.stats();
  assert.deepEqual(operations, { ...nothing, miss: 1, set: 1, hit: 1 });
  assert.equal(memory.entries, 1);
  assert.ok(memory.bytes > 0);
  await client.revalidateTag("t");
  assert.deepEqual(events, ["miss", "set", "hit", "revalidate"]);
});

test("an unknown option is an error that names it", () => {
  assert.throws(() => createCacheClient(/** @type {any} */ ({ tabelName: "t" })), /tabelName/);
});

test("a script ends by itself when its last call has, also after a revalidation that was not confirmed", async () => {
  const { connection } = await place();
  const nowhere = { ...connection, endpoint: "http://127.0.0.1:9", writeTimeoutMs: 200 };
  const script = `
    import { createCacheClient } from ${JSON.stringify(new URL("../../js/entries/client.mjs", import.meta.url).href)};
    await createCacheClient(${JSON.stringify(connection)}).revalidateTag("t");
    await createCacheClient(${JSON.stringify(nowhere)}).revalidateTag("t").catch(() => console.log("told"));`;
  const run = promisify(execFile)(process.execPath, ["--input-type=module", "--eval", script], { timeout: 15_000 });
  assert.equal((await run).stdout, "told\n");
});
