// The core's base64 as it ships, in WebAssembly, where vectors do most of it: the Rust tests run without them.

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { createCacheClient } from "../../js/entries/client.mjs";

/** More than two vectors, and every length of what they leave. */
const LENGTHS = Array.from({ length: 60 }, (_, length) => length);
/** Of a row that nobody has written to. */
const NO_ROW = JSON.stringify({ Responses: {}, UnprocessedKeys: {} });

/** @type {string} what a get is answered */
let found = NO_ROW;
/** @type {any} what the last set has written */
let written;

/** @type {import("../../types/client.d.ts").CacheClientOptions} */
const OPTIONS = {
  tableName: "table",
  region: "eu-central-1",
  credentials: { accessKeyId: "id", secretAccessKey: "secret" },
  memoryMaxBytes: 0,
  log: false,
  fetch: async (_url, { headers, body }) => {
    const isRead = /Get/.test(headers["x-amz-target"] ?? "");
    if (!isRead) {
      written = JSON.parse(new TextDecoder().decode(body)).Item ?? written;
    }
    return new Response(isRead ? found : "{}");
  },
};
const cache = createCacheClient(OPTIONS);

test("bytes of any length come back, and are written as Node.js writes them", async () => {
  for (const length of LENGTHS) {
    const bytes = randomBytes(length);
    const { entry, base64 } = await stored(bytes);
    assert.equal(Buffer.from(base64, "base64").toString("base64"), base64);
    assert.deepEqual(entry?.value, bytes, `${length} bytes`);
  }
});

test("each letter of the alphabet is read for what it stands for", async () => {
  // All 64 digits in order, and from each place in a vector.
  for (let shift = 0; shift < 16; shift++) {
    const bytes = Buffer.concat([randomBytes(shift), Buffer.from(ALPHABET.repeat(3), "base64")]);
    const { entry } = await stored(bytes);
    assert.deepEqual(entry?.value, bytes, `behind ${shift} bytes`);
  }
});

test("a byte that is no letter is refused at any place, whichever it is", async () => {
  const { base64 } = await stored(randomBytes(40));
  for (let place = 0; place < base64.length - 4; place++) {
    await refuses(`${base64.slice(0, place)}*${base64.slice(place + 1)}`);
  }
  for (let code = 0x20; code < 0x7f; code++) {
    const letter = String.fromCharCode(code);
    if (!ALPHABET.includes(letter)) {
      await refuses(`${base64.slice(0, 21)}${letter}${base64.slice(22)}`);
    }
  }
});

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** @param {Buffer} bytes */
async function stored(bytes) {
  found = NO_ROW;
  await cache.set("key", bytes);
  found = answerWith(written.value.B);
  return { entry: await cache.get("key"), base64: /** @type {string} */ (written.value.B) };
}

/**
 * By a client of its own: one that has often failed does not ask again.
 *
 * @param {string} base64
 */
async function refuses(base64) {
  const asked = createCacheClient(OPTIONS);
  found = answerWith(written.value.B);
  assert.ok(await asked.get("key"));
  found = answerWith(base64);
  assert.equal(await asked.get("key"), null, base64);
}

/** @param {string} base64 */
function answerWith(base64) {
  return JSON.stringify({ Responses: { table: [{ ...written, value: { B: base64 } }] }, UnprocessedKeys: {} });
}
