// What a handler stores without having asked for it, by clocks that this file sets forward before the handler takes them.

import assert from "node:assert/strict";
import { test } from "node:test";

const MINUTE_MS = 60_000;
const BEGAN = 1_000;
const SEEN = 7;

let aheadMs = 0;
const [wall, monotonic] = [Date.now, performance.now.bind(performance)];
Date.now = () => wall() + aheadMs;
performance.now = () => monotonic() + aheadMs;
const { DynamoDBCacheHandler } = await import("../../js/entries/index.mjs");

const LOG = { key: { S: "__revalidations__" }, began: { N: `${BEGAN}` }, version: { N: `${SEEN}` }, floor: { N: `${SEEN}` }, events: { L: [] } };
/** @type {string[]} the revisions of what was put */
const put = [];

test("a set without a get is as old as its request, of which a long-lived instance serves many", async () => {
  const Handler = DynamoDBCacheHandler.configure({
    ...{ tableName: "table", region: "eu-central-1", buildId: false, log: false },
    credentials: { accessKeyId: "id", secretAccessKey: "secret" },
    fetch: async (_url, { headers, body }) => {
      const isRead = /Get/.test(headers["x-amz-target"] ?? "");
      put.push(...(isRead ? [] : [JSON.parse(new TextDecoder().decode(body)).Item?.revision.N].filter(Boolean)));
      return new Response(isRead ? JSON.stringify({ Responses: { table: [LOG] }, UnprocessedKeys: {} }) : "{}");
    },
  });
  const value = { kind: "FETCH", data: { headers: {}, body: "", status: 200, url: "" }, revalidate: 60 };
  const old = new Handler();
  aheadMs += 10 * MINUTE_MS;
  const young = new Handler();
  aheadMs += MINUTE_MS;
  await new Handler().get("other", { kind: "FETCH" });
  aheadMs += MINUTE_MS;
  await young.set("a", value); // it began before the process had seen anything
  aheadMs += 10 * MINUTE_MS;
  await old.set("b", value);
  assert.deepEqual(put, [`${BEGAN}`, `${BEGAN + SEEN}`]);
});
