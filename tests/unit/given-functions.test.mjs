// Functions that the application gives, and that fail: a cache never breaks a page.

import assert from "node:assert/strict";
import { test } from "node:test";
import { DynamoDBCacheHandler } from "../../js/entries/index.mjs";

/** @typedef {import("../../types/index.d.ts").DynamoDBCacheOptions} Options */

/** @type {Options} */
const CONNECTION = {
  endpoint: "http://127.0.0.1:1",
  region: "eu-central-1",
  credentials: { accessKeyId: "a", secretAccessKey: "b" },
  readTimeoutMs: 500,
  coldTimeoutMs: 500,
  writeTimeoutMs: 500,
};

/** A store that holds nothing. @type {NonNullable<Options["fetch"]>} */
const emptyStore = async () => new Response("{}");

test("an onEvent function whose promise rejects leaves no rejection unhandled", async () => {
  /** @type {unknown[]} */
  const unhandled = [];
  const note = (/** @type {unknown} */ error) => unhandled.push(error);
  process.on("unhandledRejection", note);
  /** @type {string[]} */
  const warned = [];
  const log = { debug() {}, info() {}, error() {}, warn: (/** @type {string} */ line) => warned.push(line) };
  const onEvent = async () => {
    throw new Error("the collector is away");
  };
  const Handler = DynamoDBCacheHandler.configure({ ...CONNECTION, log, onEvent, fetch: emptyStore });
  assert.equal(await new Handler({}).get("/page", { kind: "APP_PAGE" }), null);
  await new Promise((resolve) => setTimeout(resolve, 20));
  process.off("unhandledRejection", note);
  assert.deepEqual(unhandled, []);
  assert.match(warned.join(), /onEvent option threw: the collector is away/);
});
