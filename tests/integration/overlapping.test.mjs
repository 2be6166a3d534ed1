// Sets of one large entry that overlap: what is committed is whole, and nothing is written twice without need.

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, before, test } from "node:test";
import { shippedFetch } from "../shipped-fetch.mjs";
import { htmlOf, MINUTE, page, startStore } from "./instances.mjs";
import { send } from "./raw.mjs";

/** @type {Awaited<ReturnType<typeof startStore>>} */
let store;
before(async () => (store = await startStore()));
after(() => store.stop());

/** Over what one row takes, also compressed. */
const large = () => randomBytes(450_000).toString("latin1");

test("a set that finds another committed on its part rows writes others", async () => {
  const table = await store.createTable();
  const html = large();
  const { set, sent } = interfering(table, async (put) => {
    const { Item } = put;
    const parts = (await store.scan(table)).filter(({ key }) => key.S.startsWith(`__part__1__${Item.slot.N}__`));
    assert.equal(parts.length, 1);
    // Another one's value, on the same rows: its entry is there, and its first part is over this one's.
    const generation = { N: "1" };
    await send(store.endpoint, "PutItem", { TableName: table, Item: { ...Item, generation } });
    await send(store.endpoint, "PutItem", { TableName: table, Item: { ...parts[0], generation } });
    return true;
  });
  await set(html);
  assert.deepEqual(sent, ["BatchWriteItem", "PutItem", "BatchWriteItem", "PutItem"]);
  assert.equal(htmlOf(await store.instance(table).request().get("/large", { kind: "APP_PAGE" })) === html, true);
});

test("a commit whose answer was lost is sent again, and is no other's", async () => {
  const table = await store.createTable();
  const html = large();
  const { set, sent } = interfering(table, async (put) => {
    await send(store.endpoint, "PutItem", put);
    return false;
  });
  await set(html);
  assert.deepEqual(sent, ["BatchWriteItem", "PutItem", "PutItem"]);
  assert.equal(htmlOf(await store.instance(table).request().get("/large", { kind: "APP_PAGE" })) === html, true);
});

test("a set of what was revalidated spares the part rows that are there", async () => {
  const table = await store.createTable();
  const a = store.instance(table, { memoryMaxBytes: 0, tagIndex: "off" });
  for (let time = 0; time < 20; time++) {
    const request = a.request();
    assert.equal(await request.get("/large", { kind: "APP_PAGE" }), null);
    const actions = await a.actionsOf(() => request.set("/large", page(large(), ["t"]), MINUTE));
    assert.deepEqual(actions, ["BatchWriteItem", "PutItem"]);
    await a.request().revalidateTag(["t"]);
  }
});

/**
 * An instance whose first PutItem something comes before.
 *
 * @param {string} table
 * @param {(put: any) => Promise<boolean>} interfere gets its body, and says whether it is sent
 */
function interfering(table, interfere) {
  /** @type {string[]} */
  const sent = [];
  let isFirst = true;
  const instance = store.instance(table, {
    async fetch(url, init) {
      const action = (init.headers["x-amz-target"] ?? "").replace("DynamoDB_20120810.", "");
      sent.push(action);
      if (action === "PutItem" && isFirst) {
        isFirst = false;
        const put = JSON.parse(Buffer.from(/** @type {any} */ (init.body)).toString());
        if (!(await interfere(put))) {
          throw new Error("the connection broke off");
        }
      }
      return shippedFetch(url, init);
    },
  });
  const request = instance.request();
  return {
    sent,
    /** @param {string} html */
    async set(html) {
      await request.get("/large", { kind: "APP_PAGE" });
      sent.length = 0;
      await request.set("/large", page(html), MINUTE);
    },
  };
}
