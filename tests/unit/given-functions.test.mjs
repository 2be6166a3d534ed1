// Functions that the application gives, and that fail: a cache never breaks a page.

import assert from "node:assert/strict";
import { test } from "node:test";
import { DynamoDBCacheHandler } from "../../js/entries/index.mjs";
import { createUseCacheHandler } from "../../js/entries/use-cache.mjs";

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

/** @type {NonNullable<Options["fetch"]>} */
const brokenStore = async () => {
  throw new Error("no network");
};

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

/** @type {[how: string, fail: () => any][]} */
const FAILURES = [
  [
    "throws",
    () => {
      throw new Error("the log is full");
    },
  ],
  ["rejects", () => Promise.reject(new Error("the log is full"))],
];

for (const [how, fail] of FAILURES) {
  test(`a logger that ${how} breaks no call`, async () => {
    /** @type {unknown[]} */
    const unhandled = [];
    const note = (/** @type {unknown} */ error) => unhandled.push(error);
    process.on("unhandledRejection", note);
    const log = { debug: fail, info: fail, warn: fail, error: fail };
    const options = { ...CONNECTION, log, fetch: brokenStore };
    const Handler = DynamoDBCacheHandler.configure(options);
    const page = /** @type {any} */ ({ kind: "APP_PAGE", html: "x", headers: { "x-next-cache-tags": "t" } });
    assert.equal(await new Handler({}).get("/page", { kind: "APP_PAGE" }), null);
    await new Handler({}).set("/page", page, { cacheControl: { revalidate: 60, expire: undefined } });
    await new Handler({}).revalidateTag(["t"]);
    const useCache = createUseCacheHandler(options);
    await useCache.refreshTags();
    assert.equal(await useCache.get("key", []), undefined);
    await new Promise((resolve) => setTimeout(resolve, 20));
    process.off("unhandledRejection", note);
    assert.deepEqual(unhandled, []);
  });
}
