// Entries: what one instance stores, another reads, as it was and whole.

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, before, test } from "node:test";
import { deserialize, serialize } from "node:v8";
import { LOG, htmlOf, MINUTE, page, startStore } from "./instances.mjs";
import { send } from "./raw.mjs";

/** @type {Awaited<ReturnType<typeof startStore>>} */
let store;
before(async () => (store = await startStore()));
after(() => store.stop());

/** Of the lengths at which the ways of a text in and out of the core change, ASCII and not. */
const LONG_TEXTS = [47, 48, 2_047, 2_048, 2_049, 10_000].flatMap((length) => {
  const ascii = "a".repeat(length);
  const parts = ["é", "€", "\u{1F980}", "\0", "\ufffd", "\ufeff", "汉字".repeat(length / 2)];
  return [ascii, ...parts.flatMap((part) => [part + ascii, ascii + part, ascii.slice(0, length / 2) + part + ascii.slice(length / 2)])];
});

test("every JavaScript type that Next hands over comes back on another instance", async () => {
  const table = await store.createTable();
  const [a, b] = [store.instance(table), store.instance(table)];
  /** @type {[string, any, string][]} */
  const entries = [
    ["/page", page("<p>grüße \u{1F980}</p>", ["t"]), "APP_PAGE"],
    ["/route", { kind: "APP_ROUTE", body: randomBytes(300), status: 201, headers: { "content-type": "x/y" } }, "APP_ROUTE"],
    ["/pages", { kind: "PAGES", html: "<p/>", pageData: { a: [1, -0.5, null, { deep: true }] }, headers: undefined, status: undefined }, "PAGES"],
    ["/redirect", { kind: "REDIRECT", props: { pageProps: { __N_REDIRECT: "/x", __N_REDIRECT_STATUS: 308 } } }, "PAGES"],
    ["f".repeat(64), { kind: "FETCH", data: { headers: { n: 1 }, body: "YQ==", status: 200, url: "u" }, revalidate: 60, tags: ["t"] }, "FETCH"],
    ["image", { kind: "IMAGE", buffer: randomBytes(99), etag: "e", upstreamEtag: "u", extension: "webp", revalidate: 60 }, "IMAGE"],
    ["/long", page(LONG_TEXTS.join(""), ["t"]), "APP_PAGE"],
    ["/long/texts", { kind: "PAGES", html: "<p/>", pageData: LONG_TEXTS, headers: {}, status: 200 }, "PAGES"],
    ["/odd", { kind: "PAGES", html: "\ud800 lone", pageData: JSON.parse('{"__proto__": {"polluted": true}}'), headers: {}, status: 200 }, "PAGES"],
  ];
  for (const [key, value, kind] of entries) {
    const before = deserialize(serialize(value));
    await a.request().set(key, value, MINUTE);
    assert.deepEqual(value, before, "what Next hands over is not changed");
    const found = await b.request().get(key, { kind });
    assert.deepEqual(found?.value, value, key);
    assert.deepEqual(Object.keys(found?.value ?? {}), Object.keys(value));
  }
  assert.equal(/** @type {any} */ ({}).polluted, undefined);
});

test("null is a hit that means not found", async () => {
  const table = await store.createTable();
  await store.instance(table).request().set("/gone", null, MINUTE);
  const found = await store.instance(table).request().get("/gone", { kind: "PAGES" });
  assert.equal(found?.value, null);
  assert.equal(await store.instance(table).request().get("/never", { kind: "PAGES" }), null);
});

test("the lifetime of an entry is known on every instance", async () => {
  const table = await store.createTable();
  await store.instance(table).request().set("/a", page("a"), { cacheControl: { revalidate: 60, expire: 3_600 } });
  const found = await store.instance(table).request().get("/a", { kind: "APP_PAGE" });
  assert.deepEqual(found?.cacheControl, { revalidate: 60, expire: 3_600 });
});

test("a value over the item limit is split, and read whole", async () => {
  const table = await store.createTable();
  const [a, b] = [store.instance(table), store.instance(table)];
  for (const bytes of [700_000, 1_500_000, 900_000]) {
    const html = randomBytes(bytes).toString("latin1");
    await a.request().set("/large", page(html, ["t"]), MINUTE);
    const found = await b.request().get("/large", { kind: "APP_PAGE" });
    assert.equal(htmlOf(found) === html, true, `${bytes} bytes`);
  }
  const rows = await store.scan(table);
  const parts = rows.filter((row) => row.key.S.startsWith("__part__"));
  assert.ok(parts.length > 3);
  for (const row of rows.filter(({ key }) => key.S !== LOG)) {
    assert.ok(Number(row.expiresAt.N) > Date.now() / 1000, row.key.S);
  }
});

test("pages belong to a build, fetches are shared between builds", async () => {
  const table = await store.createTable();
  const [old, next] = [store.instance(table, { buildId: "old" }), store.instance(table, { buildId: "next" })];
  const fetched = { kind: "FETCH", data: { headers: {}, body: "", status: 200, url: "u" }, revalidate: 60 };
  await old.request().set("/a", page("a"), MINUTE);
  await old.request().set("f", fetched, { tags: ["t"] });
  assert.equal(await next.request().get("/a", { kind: "APP_PAGE" }), null);
  assert.ok(await next.request().get("f", { kind: "FETCH" }));
  const shared = store.instance(table, { buildId: false });
  await shared.request().set("/b", page("b"), MINUTE);
  assert.ok(await store.instance(table, { buildId: false }).request().get("/b", { kind: "APP_PAGE" }));
});

test("applications with other prefixes do not meet", async () => {
  const table = await store.createTable();
  const [one, two] = ["one", "two"].map((keyPrefix) => store.instance(table, { keyPrefix }));
  await one?.request().set("/a", page("a", ["t"]), MINUTE);
  assert.equal(await two?.request().get("/a", { kind: "APP_PAGE" }), null);
  await two?.request().revalidateTag(["t"]);
  assert.ok(await one?.request().get("/a", { kind: "APP_PAGE" }));
});

test("rows that someone else has damaged are misses, and are mended by the next set", async () => {
  const table = await store.createTable();
  const a = store.instance(table, { memoryMaxBytes: 0 });
  await a.request().set("/a", page("a"), MINUTE);
  const [row] = (await store.scan(table)).filter(({ key }) => key.S.startsWith("/a"));
  const value = Buffer.from(row?.value.B, "base64");
  value.writeUInt8(value.readUInt8(20) ^ 1, 20);
  await send(store.endpoint, "PutItem", { TableName: table, Item: { ...row, value: { B: value.toString("base64") } } });
  const request = a.request();
  assert.equal(await request.get("/a", { kind: "APP_PAGE" }), null);
  await request.set("/a", page("again"), MINUTE);
  assert.ok(await a.request().get("/a", { kind: "APP_PAGE" }));
});

test("a get is one request, and a set of the same tags again is one write", async () => {
  const table = await store.createTable();
  const [a, b] = [store.instance(table), store.instance(table, { memoryMaxBytes: 0 })];
  const first = a.request();
  assert.deepEqual(await a.actionsOf(() => first.get("/a", { kind: "APP_PAGE" })), ["BatchGetItem"]);
  const stored = await a.actionsOf(() => first.set("/a", page("a", ["s", "t"]), MINUTE));
  assert.deepEqual(stored.sort(), ["BatchWriteItem", "PutItem"]);
  assert.deepEqual(await b.actionsOf(() => b.request().get("/a", { kind: "APP_PAGE" })), ["BatchGetItem"]);
  await b.request().revalidateTag(["t"], { expire: 3_600 });
  const again = b.request();
  await again.get("/a", { kind: "APP_PAGE" });
  assert.deepEqual(await b.actionsOf(() => again.set("/a", page("b", ["s", "t"]), MINUTE)), ["PutItem"]);
});

test("the first set of a table begins its log, and no other does", async () => {
  const table = await store.createTable({ isUsed: false });
  const [a, b] = [store.instance(table), store.instance(table)];
  const sent = [];
  for (const [instance, key] of /** @type {const} */ ([[a, "/a"], [a, "/b"], [b, "/c"]])) {
    const request = instance.request();
    await request.get(key, { kind: "APP_PAGE" });
    sent.push((await instance.actionsOf(() => request.set(key, page(key, ["t"]), MINUTE))).sort());
  }
  assert.deepEqual(sent, [["BatchWriteItem", "PutItem", "UpdateItem"], ["BatchWriteItem", "PutItem"], ["BatchWriteItem", "PutItem"]]);
  const rows = await store.scan(table);
  const { began, version } = rows.find(({ key }) => key.S === LOG) ?? {};
  assert.deepEqual(version, { N: "0" });
  assert.deepEqual(rows.flatMap(({ revision }) => revision ?? []), [began, began, began]);
});

test("a warm get reads the log alone, and concurrent ones share it", async () => {
  const table = await store.createTable();
  const a = store.instance(table);
  const first = a.request();
  await first.get("/a", { kind: "APP_PAGE" });
  await first.set("/a", page("a", ["t"]), MINUTE);
  assert.deepEqual(await a.actionsOf(() => a.request().get("/a", { kind: "APP_PAGE" })), ["GetItem"]);
  const many = await a.actionsOf(() =>
    Promise.all(Array.from({ length: 100 }, () => a.request().get("/a", { kind: "APP_PAGE" }))),
  );
  assert.ok(many.length <= 3, `${many.length} requests for 100 gets`);
});
