// Revalidation: what one instance revalidates, every other honours from the next get on.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { shippedFetch } from "../shipped-fetch.mjs";
import { LOG, eventually, htmlOf, MINUTE, page, startStore, urlOf } from "./instances.mjs";
import { send } from "./raw.mjs";

/** @type {Awaited<ReturnType<typeof startStore>>} */
let store;
before(async () => (store = await startStore()));
after(() => store.stop());

const APP_PAGE = { kind: "APP_PAGE" };
const fetched = { kind: "FETCH", data: { headers: {}, body: "e30=", status: 200, url: "u" }, revalidate: 60 };

async function twoInstances(options = {}) {
  const table = await store.createTable();
  const [a, b] = [store.instance(table, options), store.instance(table, options)];
  return { table, a, b };
}

for (const memoryMaxBytes of [0, 1 << 20]) {
  const memory = memoryMaxBytes === 0 ? "without memory" : "with memory";

  test(`an immediate revalidation is honoured everywhere at once, ${memory}`, async () => {
    const { a, b } = await twoInstances({ memoryMaxBytes });
    await a.request().set("/a", page("a", ["t", "u"]), MINUTE);
    await a.request().set("/b", page("b", ["u"]), MINUTE);
    assert.ok(await b.request().get("/a", APP_PAGE));
    await a.request().revalidateTag(["t"]);
    assert.equal(await b.request().get("/a", APP_PAGE), null);
    assert.equal(await a.request().get("/a", APP_PAGE), null);
    assert.ok(await b.request().get("/b", APP_PAGE), "other tags are unharmed");
  });

  test(`a page that is rendered again after a revalidation is a hit, ${memory}`, async () => {
    const { a, b } = await twoInstances({ memoryMaxBytes });
    await a.request().set("/a", page("old", ["t"]), MINUTE);
    await b.request().revalidateTag(["t"]);
    const request = b.request();
    assert.equal(await request.get("/a", APP_PAGE), null);
    await request.set("/a", page("new", ["t"]), MINUTE);
    const found = await a.request().get("/a", APP_PAGE);
    assert.equal(htmlOf(found), "new");
  });

  test(`what was rendered before a revalidation and stored after it is not served, ${memory}`, async () => {
    const { a, b } = await twoInstances({ memoryMaxBytes });
    const late = a.request();
    assert.equal(await late.get("/a", APP_PAGE), null);
    await b.request().revalidateTag(["t"]);
    await late.set("/a", page("late", ["t"]), MINUTE);
    assert.equal(await a.request().get("/a", APP_PAGE), null);
    assert.equal(await b.request().get("/a", APP_PAGE), null);
  });

  test(`a soft revalidation serves the entry once more, until its deadline, ${memory}`, async () => {
    const { a, b } = await twoInstances({ memoryMaxBytes });
    await a.request().set("/a", page("a", ["t"]), MINUTE);
    await a.request().revalidateTag(["t"], { expire: 1 });
    const found = await b.request().get("/a", APP_PAGE);
    assert.equal(htmlOf(found), "a");
    assert.equal(b.events.at(-1)?.type, "stale");
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    assert.equal(await b.request().get("/a", APP_PAGE), null);
  });

  test(`an entry that on-demand revalidation has overwritten is the new one everywhere, ${memory}`, async () => {
    const { a, b } = await twoInstances({ memoryMaxBytes });
    const first = a.request();
    await first.get("/a", APP_PAGE);
    await first.set("/a", page("old", ["t"]), MINUTE);
    assert.ok(await b.request().get("/a", APP_PAGE));
    const onDemand = a.request();
    assert.ok(await onDemand.get("/a", APP_PAGE));
    await onDemand.set("/a", page("new", ["t"]), MINUTE);
    for (const instance of [b, a, b, a]) {
      const found = await instance.request().get("/a", APP_PAGE);
      assert.equal(htmlOf(found), "new");
    }
  });
}

test("a deadline that lies in the past has passed", async () => {
  const { a, b } = await twoInstances();
  await a.request().set("/a", page("a", ["t"]), MINUTE);
  await a.request().revalidateTag(["t"], { expire: -1 });
  assert.equal(await b.request().get("/a", APP_PAGE), null);
});

test("a fetch is revalidated through the soft tags of the page that asks", async () => {
  const { a, b } = await twoInstances();
  await a.request().set("f", fetched, { tags: ["t"] });
  const ofPage = { kind: "FETCH", tags: ["t"], softTags: ["_N_T_/layout", "_N_T_/page"] };
  assert.ok(await b.request().get("f", ofPage));
  await a.request().revalidateTag(["_N_T_/page"]);
  assert.equal(await b.request().get("f", ofPage), null);
  assert.ok(await b.request().get("f", { ...ofPage, softTags: ["_N_T_/layout", "_N_T_/other"] }));
});

test("what is stored without a get is no newer than the request that stores it", async () => {
  const { a, b } = await twoInstances();
  const onDemand = a.request();
  await b.request().revalidateTag(["t"]);
  await onDemand.set("f", fetched, { tags: ["t"] });
  assert.equal(await a.request().get("f", { kind: "FETCH", tags: ["t"] }), null);
  assert.equal(await b.request().get("f", { kind: "FETCH", tags: ["t"] }), null);
});

test("an empty list of tags revalidates nothing and costs nothing", async () => {
  const { a } = await twoInstances();
  const nested = /** @type {any} */ ([[]]);
  assert.deepEqual(await a.actionsOf(() => a.request().revalidateTag([])), []);
  assert.deepEqual(await a.actionsOf(() => a.request().revalidateTag(nested)), []);
});

test("revalidations of one tick are one write", async () => {
  const { a } = await twoInstances();
  const actions = await a.actionsOf(() =>
    Promise.all([a.request().revalidateTag(["x"]), a.useCache.updateTags(["x"]), a.useCache.updateTags(["y"])]),
  );
  assert.deepEqual(actions.slice(0, 1), ["UpdateItem"]);
  assert.equal(actions.filter((action) => action === "UpdateItem").length, 1);
});

test("an immediate revalidation sweeps the rows of its entries", async () => {
  const { table, a } = await twoInstances();
  await a.request().set("/a", page("a", ["t"]), MINUTE);
  await a.request().set("/b", page("b", ["other"]), MINUTE);
  await a.request().revalidateTag(["t"]);
  const keys = async () => (await store.scan(table)).map(({ key }) => key.S);
  await eventually(async () => !(await keys()).some((key) => key.includes("/a")), "no row of /a is left");
  assert.ok((await keys()).some((key) => key.startsWith("/b")));
});

test("a hundred revalidations leave a short log, and none is forgotten", async () => {
  const { table, a, b } = await twoInstances();
  for (let n = 0; n < 100; n += 10) {
    await a.request().set(`/${n}`, page(`${n}`, [`t${n}`]), MINUTE);
  }
  for (let n = 0; n < 100; n++) {
    await b.request().revalidateTag([`t${n}`]);
  }
  await eventually(async () => {
    const log = (await store.scan(table)).find(({ key }) => key.S === LOG);
    return log?.events.L.length <= 48;
  }, "the log is compacted");
  const cold = store.instance(table);
  for (let n = 0; n < 100; n += 10) {
    assert.equal(await cold.request().get(`/${n}`, APP_PAGE), null, `t${n}`);
  }
});

test("a tag's state that something else has overwritten is replaced, and the log goes on being compacted", async () => {
  const { table, a } = await twoInstances();
  const row = { key: { S: "__revalidated__t0" }, revalidated: { S: "t0" }, version: { S: "none" } };
  await send(store.endpoint, "PutItem", { TableName: table, Item: row });
  for (let n = 0; n < 60; n++) {
    await a.request().revalidateTag([`t${n}`]);
  }
  await eventually(async () => {
    const log = (await store.scan(table)).find(({ key }) => key.S === LOG);
    return log?.events.L.length <= 48;
  }, "the log is compacted");
  const rows = await store.scan(table);
  const [state, log] = [row.key.S, LOG].map((wanted) => rows.find(({ key }) => key.S === wanted));
  assert.equal(Number(state?.version.N), Number(log?.began.N) + 1);
});

test("a log that was lost is told from the one after it, also by an instance that slept until that one had more events", async () => {
  const { table, a, b } = await twoInstances({ tagIndex: "off" });
  const rendered = async (/** @type {string} */ html) => {
    const request = a.request();
    await request.get("/a", APP_PAGE);
    await request.set("/a", page(html, ["t"]), MINUTE);
  };
  await a.request().revalidateTag("t");
  await rendered("before");
  assert.equal(htmlOf(await a.request().get("/a", APP_PAGE)), "before");
  await send(store.endpoint, "DeleteItem", { TableName: table, Key: { key: { S: LOG } } });
  for (const tag of ["t", "u", "v"]) {
    await b.request().revalidateTag(tag);
  }
  for (const instance of [a, b, store.instance(table)]) {
    assert.equal(await instance.request().get("/a", APP_PAGE), null);
  }
  await rendered("after");
  for (const instance of [a, b, store.instance(table)]) {
    assert.equal(htmlOf(await instance.request().get("/a", APP_PAGE)), "after");
  }
});

test("what a table had before it was emptied is in no memory any more, also where nothing was revalidated before", async () => {
  const table = await store.createTable({ isUsed: false });
  const a = store.instance(table);
  const request = a.request();
  await request.get("/a", APP_PAGE);
  await request.set("/a", page("a", ["t"]), MINUTE);
  assert.ok(await a.request().get("/a", APP_PAGE));
  for (const { key } of await store.scan(table)) {
    await send(store.endpoint, "DeleteItem", { TableName: table, Key: { key } });
  }
  assert.equal(await a.request().get("/a", APP_PAGE), null);
});

test("an entry with tens of thousands of tags is judged in no time", async () => {
  const { table, a, b } = await twoInstances({ tagIndex: "off" });
  const tags = Array.from({ length: 30_000 }, (_, n) => n.toString(36));
  await a.request().set("/a", page("a", tags), MINUTE);
  await a.request().revalidateTag(tags.slice(0, 100).map((tag) => `not ${tag}`));
  await eventually(async () => {
    const log = (await store.scan(table)).find(({ key }) => key.S === LOG);
    return Number(log?.floor?.N) > 0;
  }, "the log is compacted");
  const { user } = process.cpuUsage();
  await b.request().get("/a", APP_PAGE);
  assert.ok(process.cpuUsage().user - user < 1_000_000, `${process.cpuUsage().user - user} µs`);
});

test("entries with hundreds of tags are revalidated by any of them", async () => {
  const { a, b } = await twoInstances();
  const tags = Array.from({ length: 300 }, (_, n) => `tag-${n}`);
  await a.request().set("/a", page("a", tags), MINUTE);
  assert.ok(await b.request().get("/a", APP_PAGE));
  await b.request().revalidateTag(["tag-299"]);
  assert.equal(await a.request().get("/a", APP_PAGE), null);
});

test("tags and keys of any characters and length are told apart", async () => {
  const { a, b } = await twoInstances();
  const names = ["a", "a_", "_a", "a__b", "a|b", "a%7Cb", "é", "\u{1F980}", "", " ", "x".repeat(5_000), "x".repeat(5_001)];
  for (const name of names) {
    await a.request().set(`f${name}`, { ...fetched, data: { ...fetched.data, url: name } }, { tags: [name] });
  }
  for (const name of names) {
    const found = await b.request().get(`f${name}`, { kind: "FETCH", tags: [name] });
    assert.equal(urlOf(found), name);
  }
  for (const [index, name] of names.entries()) {
    await a.request().revalidateTag([name]);
    for (const [other, key] of names.entries()) {
      const found = await b.request().get(`f${key}`, { kind: "FETCH", tags: [key] });
      assert.equal(found === null, other <= index, `${JSON.stringify(name.slice(0, 20))} and ${JSON.stringify(key.slice(0, 20))}`);
    }
  }
});

test("where reads of the log are shared for a while, a revalidation of this process counts at once, whatever was read beside it", async () => {
  let delaysMs = 0;
  const instance = store.instance(await store.createTable(), {
    tagFreshnessMs: 200,
    async fetch(url, init) {
      if (init.headers["x-amz-target"]?.endsWith("UpdateItem")) {
        await new Promise((resolve) => setTimeout(resolve, delaysMs));
      }
      return shippedFetch(url, init);
    },
  });
  await instance.request().set("/a", page("old", ["t"]), MINUTE);
  assert.ok(await instance.request().get("/a", APP_PAGE));
  await new Promise((resolve) => setTimeout(resolve, 250));
  delaysMs = 100;
  const revalidated = instance.request().revalidateTag(["t"]);
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.ok(await instance.request().get("/a", APP_PAGE));
  await revalidated;
  assert.equal(await instance.request().get("/a", APP_PAGE), null);
});

test("an entry that is newer than the shared read of the log is judged by another one", async () => {
  const table = await store.createTable();
  const [a, b] = [store.instance(table), store.instance(table, { tagFreshnessMs: 60_000 })];
  assert.equal(await b.request().get("/other", APP_PAGE), null);
  await a.request().revalidateTag(["t"]);
  const rendered = a.request();
  assert.equal(await rendered.get("/a", APP_PAGE), null);
  await rendered.set("/a", page("new", ["t"]), MINUTE);
  assert.equal(htmlOf(await b.request().get("/a", APP_PAGE)), "new");
});

test("a revalidation that the store has not confirmed also holds after a value that makes the core's memory large", async () => {
  const instance = store.instance(await store.createTable(), {
    writeTimeoutMs: 5_000,
    fetch: (url, init) =>
      init.headers["x-amz-target"]?.endsWith("UpdateItem") ? Promise.resolve(new Response('{"__type":"x#AccessDeniedException"}', { status: 400 })) : shippedFetch(url, init),
  });
  const rendered = instance.request();
  await rendered.get("/a", APP_PAGE);
  await rendered.set("/a", page("old", ["t"]), MINUTE);
  assert.ok(await instance.request().get("/a", APP_PAGE));
  await instance.request().revalidateTag(["t"]);
  assert.equal(await instance.request().get("/a", APP_PAGE), null);
  const large = instance.request();
  await large.get("/large", APP_PAGE);
  await large.set("/large", page("x".repeat(60_000_000), ["u"]), MINUTE);
  assert.equal(await instance.request().get("/a", APP_PAGE), null);
});
