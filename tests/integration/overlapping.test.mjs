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
  const { set, sent } = interfering(table, async (update) => {
    const { ":slot": slot } = update.ExpressionAttributeValues;
    const parts = (await store.scan(table)).filter(({ key }) => key.S.startsWith(`__part__1__${slot.N}__`));
    assert.equal(parts.length, 1);
    // Another one's value, on the same rows: its entry is there, and its first part is over this one's.
    await commit(update, slot.N, "1");
    await send(store.endpoint, "PutItem", { TableName: table, Item: { ...parts[0], generation: { N: "1" } } });
    return true;
  });
  await set(html);
  assert.deepEqual(sent, ["BatchWriteItem", "UpdateItem", "GetItem", "BatchWriteItem", "UpdateItem"]);
  assert.equal(htmlOf(await store.instance(table).request().get("/large", { kind: "APP_PAGE" })) === html, true);
});

test("a set finds out that another was committed on its part rows also when a third has come after that", async () => {
  const table = await store.createTable();
  const html = large();
  const { set, sent } = interfering(table, async (update) => {
    const slot = Number(update.ExpressionAttributeValues[":slot"].N);
    await commit(update, slot, "1");
    await commit(update, (slot + 1) % 8, "2");
    return true;
  });
  await set(html);
  assert.deepEqual(sent, ["BatchWriteItem", "UpdateItem", "GetItem", "BatchWriteItem", "UpdateItem"]);
  assert.equal(htmlOf(await store.instance(table).request().get("/large", { kind: "APP_PAGE" })) === html, true);
});

test("a set does not mind another that was committed on other part rows", async () => {
  const table = await store.createTable();
  const html = large();
  const { set, sent } = interfering(table, async (update) => {
    await commit(update, (Number(update.ExpressionAttributeValues[":slot"].N) + 1) % 8, "1");
    return true;
  });
  await set(html);
  assert.deepEqual(sent, ["BatchWriteItem", "UpdateItem"]);
  assert.equal(htmlOf(await store.instance(table).request().get("/large", { kind: "APP_PAGE" })) === html, true);
});

test("an entry that had tags has none when it is stored without", async () => {
  const table = await store.createTable();
  const request = store.instance(table).request();
  await request.set("/large", page(large(), ["t"]), MINUTE);
  const rows = () => store.scan(table).then((rows) => rows.filter(({ kind }) => kind));
  assert.deepEqual((await rows()).map(({ tags }) => tags.L.length), [1]);
  await request.set("/large", page(large()), MINUTE);
  assert.deepEqual((await rows()).map(({ tags, tagsUntil }) => [tags, tagsUntil]), [[undefined, undefined]]);
});

test("a commit whose answer was lost is sent again, and is no other's", async () => {
  const table = await store.createTable();
  const html = large();
  const { set, sent } = interfering(table, async (update) => {
    await send(store.endpoint, "UpdateItem", update);
    return false;
  });
  await set(html);
  assert.deepEqual(sent, ["BatchWriteItem", "UpdateItem", "UpdateItem"]);
  assert.equal(htmlOf(await store.instance(table).request().get("/large", { kind: "APP_PAGE" })) === html, true);
});

test("a set of what was revalidated spares the part rows that are there", async () => {
  const table = await store.createTable();
  const a = store.instance(table, { memoryMaxBytes: 0, tagIndex: "off" });
  for (let time = 0; time < 20; time++) {
    const request = a.request();
    assert.equal(await request.get("/large", { kind: "APP_PAGE" }), null);
    const actions = await a.actionsOf(() => request.set("/large", page(large(), ["t"]), MINUTE));
    assert.deepEqual(actions, ["BatchWriteItem", "UpdateItem"]);
    await a.request().revalidateTag(["t"]);
  }
});

/**
 * Commits as another set would that has taken these part rows.
 *
 * @param {any} update what is about to be sent
 * @param {string | number} slot
 * @param {string} generation
 */
async function commit(update, slot, generation) {
  const names = { ...update.ExpressionAttributeNames, "#committed": `committed${slot}` };
  const place = { ":slot": { N: String(slot) }, ":generation": { N: generation } };
  const values = { ...update.ExpressionAttributeValues, ...place };
  const changed = { ...update, ExpressionAttributeNames: names, ExpressionAttributeValues: values };
  await send(store.endpoint, "UpdateItem", changed);
}

/**
 * An instance whose first UpdateItem something comes before.
 *
 * @param {string} table
 * @param {(update: any) => Promise<boolean>} interfere gets its body, and says whether it is sent
 */
function interfering(table, interfere) {
  /** @type {string[]} */
  const sent = [];
  let isFirst = true;
  const instance = store.instance(table, {
    async fetch(url, init) {
      const action = (init.headers["x-amz-target"] ?? "").replace("DynamoDB_20120810.", "");
      sent.push(action);
      if (action === "UpdateItem" && isFirst) {
        isFirst = false;
        const update = JSON.parse(Buffer.from(/** @type {any} */ (init.body)).toString());
        if (!(await interfere(update))) {
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
