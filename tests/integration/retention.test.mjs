// What is kept when a request is over: nothing of it, and rows only for their time.

import assert from "node:assert/strict";
import { AsyncLocalStorage } from "node:async_hooks";
import { after, before, test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { LOG, MINUTE, page, startStore } from "./instances.mjs";

/** @type {Awaited<ReturnType<typeof startStore>>} */
let store;
before(async () => (store = await startStore()));
after(() => store.stop());

test("nothing of a request is retained: its context, its pending entry, its stream", async () => {
  const instance = store.instance(await store.createTable());
  // Twice: the first request of a process also loads and connects.
  const left = [...(await request(instance, "1")), ...(await request(instance, "2"))];
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc");
  for (let time = 0; time < 50 && left.some(({ what }) => what.deref()); time++) {
    await setTimeout(20);
    collect();
  }
  assert.deepEqual(left.filter(({ what }) => what.deref()).map(({ name }) => name), []);
});

test("every row of a build goes by itself, when its entry's lifetime is over", async () => {
  const table = await store.createTable();
  const old = store.instance(table, { buildId: "old", defaultTtlSeconds: 1_000 });
  const now = Math.floor(Date.now() / 1_000);
  await old.request().set("/expires", page("a", ["t"]), { cacheControl: { revalidate: 60, expire: 3_600 } });
  await old.request().set("/revalidates", page("b", ["t"]), { cacheControl: { revalidate: 60, expire: undefined } });
  await old.request().set("/never", page("c"), { cacheControl: { revalidate: false, expire: undefined } });
  await old.request().set("/gone", null, MINUTE);
  /** @param {string} path */
  const lifetimeOf = async (path) => {
    const row = (await store.scan(table)).find(({ key }) => key.S === `${path}%bold`);
    return Number(row?.expiresAt.N) - now;
  };
  for (const [path, seconds] of /** @type {const} */ ([["/expires", 3_600], ["/revalidates", 1_000], ["/never", 1_000], ["/gone", 3_600]])) {
    const lives = await lifetimeOf(path);
    assert.ok(lives >= seconds && lives <= seconds + 10, `${path} lives ${lives} s`);
  }
  const rows = (await store.scan(table)).filter(({ key }) => key.S !== LOG);
  assert.ok(rows.length >= 6, "entries and sentinels");
  for (const { key, expiresAt } of rows) {
    assert.ok(Number(expiresAt?.N) <= now + 2 * 3_600 + 10, key.S);
  }
});

test("a page that stands in place of the build's is there as long as that", async () => {
  const table = await store.createTable();
  const instance = store.instance(table, { defaultTtlSeconds: 1_000 });
  // What `res.revalidate` stores: no tag and no time says of it that the build's page is older.
  const pages = { kind: "PAGES", html: "new", pageData: {}, headers: {}, status: 200 };
  const never = { cacheControl: { revalidate: /** @type {const} */ (false), expire: undefined } };
  const now = Math.floor(Date.now() / 1_000);
  await instance.request().set("/page", pages, never);
  await instance.request().set("/gone", null, never);
  await instance.request().set("/moved", { kind: "REDIRECT", props: {} }, never);
  await instance.request().set("/timed", pages, { cacheControl: { revalidate: 60, expire: undefined } });
  const rows = Object.fromEntries((await store.scan(table)).map(({ key, expiresAt }) => [key.S, Number(expiresAt?.N) - now]));
  for (const path of ["/page", "/gone", "/moved"]) {
    assert.ok(Number(rows[`${path}%bbuild-1`]) >= 366 * 86_400, path);
  }
  assert.ok(Number(rows["/timed%bbuild-1"]) < 2_000);
});

/**
 * What Next does for a request, in a context of its own.
 *
 * @param {ReturnType<typeof store.instance>} instance
 * @param {string} name
 * @returns {Promise<{ name: string, what: WeakRef<object> }[]>}
 */
async function request({ request, useCache }, name) {
  const context = { name };
  const value = /** @type {any} */ (new Response("body").body);
  const timestamp = performance.timeOrigin + performance.now();
  const pending = Promise.resolve({ value, tags: ["t"], stale: 30, timestamp, expire: 3_600, revalidate: 60 });
  await new AsyncLocalStorage().run(context, async () => {
    await useCache.refreshTags();
    const found = useCache.get(name, []);
    await useCache.set(name, pending);
    await found;
    await (await useCache.get(name, []))?.value.cancel();
    const handler = request();
    await handler.get(`/${name}`, { kind: "APP_PAGE" });
    await handler.set(`/${name}`, page(name, ["t"]), MINUTE);
    await handler.revalidateTag(["other"]);
    await useCache.updateTags(["another"]);
  });
  return Object.entries({ context, value, pending }).map(([part, what]) => ({ name: `${part} ${name}`, what: new WeakRef(what) }));
}
