// examples/worker-webhook, by `npm start`.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { createCacheClient } from "../../js/entries/client.mjs";
import { freePort } from "../../scripts/demo/ports.mjs";
import { npmRun, workerExample } from "./example.mjs";

/** @type {Awaited<ReturnType<typeof npmRun>>} */
let worker;
/** @type {import("../../types/client.d.ts").CacheClient} an instance of the application */
let application;

before(async () => {
  const dynamodb = await freePort();
  worker = await npmRun(await workerExample(), "start", { dynamodb });
  application = createCacheClient({
    tableName: "nextjs-cache",
    region: "eu-central-1",
    endpoint: `http://127.0.0.1:${dynamodb}`,
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
    readTimeoutMs: 5_000,
    coldTimeoutMs: 10_000,
  });
});
after(() => worker?.stop());

/**
 * @param {string} secret
 * @param {unknown} body
 */
async function call(secret, body) {
  const headers = { authorization: `Bearer ${secret}` };
  const response = await fetch(worker.url, { method: "POST", headers, body: JSON.stringify(body) });
  return { status: response.status, body: await response.json() };
}

test("it revalidates the tags of whoever has the secret", async () => {
  await application.set("key", "value", { tags: ["posts"] });
  assert.equal((await call("guessed", { tags: ["posts"] })).status, 401);
  assert.equal((await application.get("key"))?.value, "value");
  assert.deepEqual(await call("secret", { tags: ["posts", "news"] }), { status: 200, body: { revalidated: ["posts", "news"] } });
  assert.equal(await application.get("key"), null);
});

test("it says what it wants", async () => {
  assert.equal((await fetch(worker.url)).status, 405);
  assert.equal((await call("secret", { tags: "posts" })).status, 400);
  assert.equal((await call("secret", ["posts"])).status, 400);
});
