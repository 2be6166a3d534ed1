// What a render has from another request, which Next hands it without asking a handler: it is no newer than what it holds.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { send } from "./raw.mjs";
import { LOG, page, startStore } from "./instances.mjs";

/** @typedef {import("../../types/use-cache.d.ts").UseCacheEntry} UseCacheEntry */

/** @type {Awaited<ReturnType<typeof startStore>>} */
let store;
before(async () => (store = await startStore()));
after(() => store.stop());

const PAGE = /** @type {const} */ ({ kind: "APP_PAGE" });

/**
 * @param {string} text
 * @param {string[]} tags
 * @returns {UseCacheEntry}
 */
function entry(text, tags) {
  const value = /** @type {any} */ (new Response(text).body);
  return { value, tags, stale: 30, timestamp: performance.timeOrigin + performance.now(), expire: 3_600, revalidate: 60 };
}

for (const [what, isLost] of /** @type {const} */ ([
  ["what holds what another request had begun before a revalidation is not served after it", false],
  ["nor is what begins while the log of that revalidation is lost", true],
])) {
  test(what, async () => {
    const table = await store.createTable();
    const [a, b] = [store.instance(table), store.instance(table)];
    await b.useCache.updateTags(["before"]);
    await a.useCache.refreshTags();
    await a.useCache.get("inner", []);
    const joined = entry("old", ["t"]);
    await b.useCache.updateTags(["t"]);
    if (isLost) {
      await send(store.endpoint, "DeleteItem", { TableName: table, Key: { key: { S: LOG } } });
    }
    // A request that begins now asks no handler for what is being rendered: Next has it wait for that.
    await a.useCache.refreshTags();
    const renderOf = async () => {
      await a.useCache.get("outer", []);
      const request = a.request();
      await request.get("/a", PAGE);
      return { request, outer: entry("outer", ["own", "t"]) };
    };
    const render = await renderOf();
    await a.useCache.set("inner", Promise.resolve(joined));
    await a.useCache.set("outer", Promise.resolve(render.outer));
    await render.request.set("/a", page("page", ["t"]), {});
    for (const instance of [a, b]) {
      await instance.useCache.refreshTags();
      assert.equal(await instance.useCache.get("outer", []), undefined);
      assert.equal(await instance.useCache.get("inner", []), undefined);
      assert.equal(await instance.request().get("/a", PAGE), null);
    }
    // What begins once that has ended counts as new.
    const next = await renderOf();
    await a.useCache.set("outer", Promise.resolve(next.outer));
    await next.request.set("/a", page("page", ["t"]), {});
    assert.ok(await b.useCache.get("outer", []));
    assert.ok(await b.request().get("/a", PAGE));
  });
}
