// The IAM policy of docs/hosting/workers.md, against what a client that only revalidates really sends.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { createCacheClient } from "../../js/entries/client.mjs";
import { shippedFetch } from "../shipped-fetch.mjs";
import { startStore } from "./instances.mjs";

const PAGE = readFileSync(new URL("../../docs/hosting/workers.md", import.meta.url), "utf8");
/** More than the log holds, so that it is compacted, also into state rows that are there already. */
const REVALIDATIONS = 120;

/** @type {Awaited<ReturnType<typeof startStore>>} */
let store;
before(async () => (store = await startStore()));
after(() => store.stop());

test("a client without the tag index sends the actions of the policy, and no other", async () => {
  const [, json = ""] = /```json\n([\s\S]*?)```/.exec(PAGE) ?? [];
  const [{ Action }] = JSON.parse(json).Statement;
  const actions = new Set();
  const cache = createCacheClient({
    ...store.connection,
    tableName: await store.createTable(),
    tagIndex: "off",
    coldTimeoutMs: 10_000,
    writeTimeoutMs: 10_000,
    fetch(url, init) {
      actions.add(init.headers["x-amz-target"]?.replace("DynamoDB_20120810.", "dynamodb:"));
      return shippedFetch(url, init);
    },
  });
  for (let n = 0; n < REVALIDATIONS; n++) {
    await cache.revalidateTag(`t${n % 40}`, n % 3 === 0 ? { expire: 60 } : undefined);
  }
  assert.deepEqual([...actions].sort(), Action.toSorted());
});
