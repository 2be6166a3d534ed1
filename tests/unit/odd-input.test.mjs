// What callers without types hand over: the core, whose frames no exception may cross, never sees it.

import assert from "node:assert/strict";
import { test } from "node:test";
import { createCacheClient } from "../../js/entries/client.mjs";

/** @type {string[]} */
let errors = [];
const client = createCacheClient({
  endpoint: "http://127.0.0.1:1",
  region: "eu-central-1",
  credentials: { accessKeyId: "a", secretAccessKey: "b" },
  log: { debug() {}, info() {}, warn() {}, error: (line) => errors.push(line) },
  fetch: async () => new Response("{}"),
});

/** @type {any[]} */
const NO_STRINGS = [undefined, null, 5, true, {}, []];

test("a key, a build and a kind that are no strings are refused by name", async () => {
  for (const given of NO_STRINGS) {
    assert.equal(await client.get(given), null);
    assert.equal(await client.set(given, "value"), false);
    if (given !== undefined) {
      assert.equal(await client.get("key", { build: given }), null);
    }
    if (given !== undefined && given !== null) {
      assert.equal(await client.set("key", "value", { kind: given }), false);
    }
  }
  assert.ok(errors.length > 0);
  for (const line of errors) {
    assert.match(line, /the (key|build|kind) of an entry is to be a string/);
  }
});

test("however often, it costs no memory and no restart", async () => {
  errors = [];
  for (let time = 0; time < 60_000; time++) {
    await client.get(/** @type {any} */ (undefined));
  }
  assert.deepEqual(errors, []);
});
