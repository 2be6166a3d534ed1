// The IAM policies in the README, against what is really sent.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { createCacheTable } from "../../js/create-table.mjs";
import { shippedFetch } from "../shipped-fetch.mjs";
import { MINUTE, eventually, page, startStore } from "./instances.mjs";
import { send } from "./raw.mjs";

const README = readFileSync(new URL("../../README.md", import.meta.url), "utf8");
const policies = [...README.matchAll(/```json\n(\{\n {2}"Version": "2012-10-17"[\s\S]*?)```/g)].map(([, json]) => {
  const { Statement } = JSON.parse(/** @type {string} */ (json));
  return Statement.flatMap((/** @type {{ Action: string[] }} */ { Action }) => Action).sort();
});

/** @type {Awaited<ReturnType<typeof startStore>>} */
let store;
before(async () => (store = await startStore()));
after(() => store.stop());

test("a running application sends the actions of the first policy, and no other", async () => {
  const table = await store.createTable();
  const a = store.instance(table);
  const request = a.request();
  await request.get("/a", { kind: "APP_PAGE" });
  await request.set("/a", page("a", ["t"]), MINUTE);
  await a.request().get("/a", { kind: "APP_PAGE" });
  await a.useCache.refreshTags();
  for (let n = 0; n < 60; n++) {
    await a.request().revalidateTag([n === 0 ? "t" : `t${n}`]);
  }
  const actions = () => [...new Set(a.sent.map(({ action }) => `dynamodb:${action}`))].sort();
  await eventually(async () => actions().length >= (policies[0]?.length ?? 0), "the sweep has come to an end");
  assert.deepEqual(actions(), policies[0]);
});

test("creating and completing a table sends the actions of the second policy, and no other", async () => {
  const actions = new Set();
  const tables = ["created", "completed"];
  await send(store.endpoint, "CreateTable", {
    TableName: "completed",
    KeySchema: [{ AttributeName: "key", KeyType: "HASH" }],
    AttributeDefinitions: [{ AttributeName: "key", AttributeType: "S" }],
    BillingMode: "PAY_PER_REQUEST",
  });
  for (const tableName of tables) {
    const fetch = (/** @type {string} */ url, /** @type {Parameters<typeof shippedFetch>[1]} */ init) => {
      actions.add(init.headers["x-amz-target"]?.replace("DynamoDB_20120810.", "dynamodb:"));
      return shippedFetch(url, init);
    };
    // dynalite refuses to add an index, after the action was sent.
    await createCacheTable({ ...store.connection, tableName, fetch }).catch(() => {});
  }
  assert.deepEqual([...actions].sort(), policies[1]);
});
