// Rows that the earlier package of the same name may have left in the table, as docs/guides describe them.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { MINUTE, startStore, urlOf } from "./instances.mjs";
import { send } from "./raw.mjs";

/** @type {Awaited<ReturnType<typeof startStore>>} */
let store;
before(async () => (store = await startStore()));
after(() => store.stop());

const EXPIRES = { expiresAt: { N: "9999999999" } };
/** Values as text, and as bytes of another kind. @type {Record<string, object>} */
const ROWS = {
  text: { value: { S: '{"kind":"FETCH"}' }, tags: { L: [{ S: "t" }] }, lastModified: { N: "1" } },
  bytes: { value: { B: "aGVsbG8=" }, tags: { SS: ["t"] }, lastModified: { N: "1" } },
};

test("a row of the earlier package is a miss, and is overwritten and swept as any other", async () => {
  const table = await store.createTable();
  for (const [key, row] of Object.entries(ROWS)) {
    await send(store.endpoint, "PutItem", { TableName: table, Item: { key: { S: key }, ...row, ...EXPIRES } });
  }
  const sentinel = { key: { S: "__tag__t__text" }, tag: { S: "t" }, ...EXPIRES };
  await send(store.endpoint, "PutItem", { TableName: table, Item: sentinel });
  const a = store.instance(table);
  for (const key of Object.keys(ROWS)) {
    const request = a.request();
    assert.equal(await request.get(key, { kind: "FETCH" }), null);
    await request.set(key, { kind: "FETCH", data: { url: "new" }, revalidate: 60 }, { tags: ["t"], fetchCache: true, ...MINUTE });
    assert.equal(urlOf(await a.request().get(key, { kind: "FETCH" })), "new");
  }
  await a.request().revalidateTag("t");
  assert.equal(await a.request().get("text", { kind: "FETCH" }), null);
  assert.equal(a.events.filter(({ type }) => type === "degraded").length, 0);
});
