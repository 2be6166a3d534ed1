// `renderLeaseMs`: one of several instances is told to render a page that is due or stale.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { shippedFetch } from "../shipped-fetch.mjs";
import { MINUTE, page, startStore } from "./instances.mjs";

/** @type {Awaited<ReturnType<typeof startStore>>} */
let store;
before(async () => (store = await startStore()));
after(() => store.stop());

const PAGE = { kind: "APP_PAGE" };
const A_SECOND = { cacheControl: { revalidate: 1, expire: 3_600 } };
const LONG = { renderLeaseMs: 600_000 };

/** Whether Next takes what it was given for due. @param {{ lastModified?: number } | null} found */
const isDue = (found) => (found?.lastModified ?? Infinity) + 1_000 < Date.now();

const untilDue = () => new Promise((resolve) => setTimeout(resolve, 1_200));

test("of ten instances that find a page due at once, one renders it, and its answer is a hit on all", async () => {
  const table = await store.createTable();
  const instances = Array.from({ length: 10 }, () => store.instance(table, LONG));
  await instances[0]?.request().set("/a", page("old", ["t"]), A_SECOND);
  await untilDue();
  const asked = instances.map((instance) => ({ instance, request: instance.request() }));
  const found = await Promise.all(asked.map(({ request }) => request.get("/a", PAGE)));
  assert.equal(found.filter(isDue).length, 1);
  const left = instances.filter(({ events }) => events.at(-1)?.reason === "rendered elsewhere");
  assert.equal(left.length, 9);
  const renderer = asked[found.findIndex(isDue)];
  await renderer?.request.set("/a", page("new", ["t"]), MINUTE);
  for (const instance of instances) {
    const { value, lastModified } = /** @type {any} */ (await instance.request().get("/a", PAGE));
    assert.equal(value.html, "new");
    assert.ok(lastModified <= Date.now());
  }
});

test("a lease is one small row that goes by TTL, and costs a request once in its time", async () => {
  const table = await store.createTable();
  const [a, b] = [store.instance(table, LONG), store.instance(table, LONG)];
  await a.request().set("/a", page("p"), A_SECOND);
  await untilDue();
  const got = (/** @type {typeof a} */ instance) => instance.actionsOf(() => instance.request().get("/a", PAGE));
  assert.deepEqual(await got(a), ["BatchGetItem", "PutItem"]);
  assert.deepEqual(await got(a), ["BatchGetItem"], "it has the lease");
  assert.deepEqual(await got(b), ["BatchGetItem", "PutItem"]);
  assert.deepEqual(await got(b), ["BatchGetItem"], "it knows that another has it");
  const lease = (await store.scan(table)).find(({ key }) => key.S.startsWith("__lease__"));
  assert.equal(lease?.key.S, "__lease__/a%bbuild-1");
  const leftS = Number(lease?.expiresAt.N) - Date.now() / 1_000;
  assert.ok(leftS > 600 && leftS < 700, `${leftS}`);
});

test("what has the lease is told to render until it has: behind a prefetch Next does not", async () => {
  const table = await store.createTable();
  const [a, b] = [store.instance(table, { renderLeaseMs: 1_000 }), store.instance(table, { renderLeaseMs: 1_000 })];
  await a.request().set("/a", page("p"), A_SECOND);
  await untilDue();
  const isToldTo = async (/** @type {typeof a} */ instance) => isDue(await instance.request().get("/a", PAGE));
  assert.deepEqual([await isToldTo(a), await isToldTo(b), await isToldTo(a)], [true, false, true]);
  await untilDue();
  assert.deepEqual([await isToldTo(a), await isToldTo(b), await isToldTo(a)], [true, false, true]);
  await untilDue();
  assert.deepEqual([await isToldTo(b), await isToldTo(b)], [true, true], "it has been refused twice, and waited for that");
});

test("without the option nothing is asked, and every instance renders", async () => {
  const table = await store.createTable();
  const [a, b] = [store.instance(table), store.instance(table)];
  await a.request().set("/a", page("p"), A_SECOND);
  await untilDue();
  for (const instance of [a, b, a]) {
    const before = instance.sent.length;
    assert.ok(isDue(await instance.request().get("/a", PAGE)));
    assert.deepEqual(instance.sent.slice(before).map(({ action }) => action), ["BatchGetItem"]);
  }
});

test("where leases cannot be written, pages are rendered as without them", async () => {
  const table = await store.createTable();
  const writer = store.instance(table);
  await writer.request().set("/a", page("p"), A_SECOND);
  await untilDue();
  const refusing = store.instance(table, {
    ...LONG,
    fetch: (url, init) => {
      const isWrite = init.headers["x-amz-target"]?.endsWith("PutItem");
      const body = JSON.stringify({ __type: "com.amazon.coral.service#AccessDeniedException", Message: "not allowed" });
      return isWrite ? Promise.resolve(new Response(body, { status: 400 })) : shippedFetch(url, init);
    },
  });
  assert.ok(isDue(await refusing.request().get("/a", PAGE)));
});

test("a deadline is honoured by those who leave the render to another", async () => {
  const table = await store.createTable();
  const [a, b] = [store.instance(table, LONG), store.instance(table, LONG)];
  await a.request().set("/a", page("p", ["t"]), MINUTE);
  await a.request().revalidateTag(["t"], { expire: 2 });
  const [first, second] = [await a.request().get("/a", PAGE), await b.request().get("/a", PAGE)];
  assert.ok(first && second);
  assert.equal(b.events.at(-1)?.reason, "rendered elsewhere");
  await new Promise((resolve) => setTimeout(resolve, 2_200));
  assert.deepEqual([await a.request().get("/a", PAGE), await b.request().get("/a", PAGE)], [null, null]);
});
