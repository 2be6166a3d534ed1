// No secret stays in the core's memory once it is out of use: all of it is searched, after real calls.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { inflateRawSync } from "node:zlib";
import { compileCore } from "../../js/core.mjs";
import "#core";
import { coreOptions, resolveOptions } from "../../js/options.mjs";
import { hostFor, loggerFor } from "../../js/shared.mjs";
import { bytesOf } from "../../js/runtime/inlined.mjs";
import { instantiate } from "../../pkg/core.mjs";
import * as inlinedChain from "../../pkg/credentials-inline.mjs";
import { instantiate as instantiateChain } from "../../pkg/credentials.mjs";
import { answerOf } from "../core-calls.mjs";

const LIFETIME_MS = 400;

/** How many keys the container's endpoint has handed out. */
let handedOut = 0;
let origin = "";

const server = createServer((request, response) => {
  request.resume().on("end", () => {
    const answer = request.method === "GET" ? keys(++handedOut) : { Responses: { t: [] } };
    response.end(JSON.stringify(answer));
  });
});

before(async () => {
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  origin = `http://127.0.0.1:${/** @type {import("node:net").AddressInfo} */ (server.address()).port}`;
});
after(() => {
  server.closeAllConnections();
  server.close();
});

/** @param {number} n */
function keys(n) {
  const expiration = n === 1 ? new Date(Date.now() + LIFETIME_MS).toISOString() : undefined;
  return {
    AccessKeyId: `AKID${n}`,
    SecretAccessKey: `distinctive/secret+key-number-${n}`,
    Token: `distinctive-session-token-number-${n}-${"x".repeat(600)}`,
    Expiration: expiration,
  };
}

test("keys that were replaced are nowhere in memory, nor what was derived from them on the way", async () => {
  /** @type {Record<string, string>} */
  const env = { AWS_CONTAINER_CREDENTIALS_FULL_URI: `${origin}/keys`, AWS_CONTAINER_AUTHORIZATION_TOKEN: "distinctive-token" };
  const options = resolveOptions({ endpoint: origin, region: "eu-west-1", tableName: "t", log: false }, () => undefined);
  const host = { ...hostFor(options, loggerFor(false)), env: (/** @type {string} */ name) => env[name] };
  const { Core, memory } = instantiate(compileCore(), (error) => assert.fail(String(error)));
  const core = new Core(host, coreOptions(options));
  const get = (/** @type {string} */ key) => answerOf((call) => core.get(call, { key, tags: [], softTags: [], byKnownLog: false }));

  assert.equal((await get("a")).reason, "absent");
  onlyInUse(memory, keys(1));
  await setTimeout(LIFETIME_MS + 100);
  assert.equal((await get("b")).reason, "absent");
  assert.ok(handedOut > 1);
  onlyInUse(memory, keys(handedOut));
  for (let gone = 1; gone < handedOut; gone++) {
    const { SecretAccessKey: secret, Token: token } = keys(gone);
    for (const [name, bytes] of Object.entries(tracesOf(secret))) {
      assert.equal(count(memory, bytes), 0, `the secret's ${name}`);
    }
    assert.equal(count(memory, token), 0, "the session token");
  }
});

test("where the chain is asked, its module keeps nothing, and what crosses is wiped on the way", async () => {
  // The instance's metadata service, whose role is named as the document that has its keys.
  const env = { AWS_EC2_METADATA_SERVICE_ENDPOINT: origin };
  const options = resolveOptions({ endpoint: origin, region: "eu-west-1", tableName: "t", log: false }, () => undefined);
  /** @type {WebAssembly.Memory[]} */
  const memories = [];
  /** @type {Uint8Array[]} */
  const crossed = [];
  const module = new WebAssembly.Module(new Uint8Array(inflateRawSync(bytesOf(inlinedChain.base64))));
  const host = {
    ...hostFor(options, loggerFor(false)),
    env: (/** @type {string} */ name) => /** @type {Record<string, string>} */ (env)[name],
    async askChain(/** @type {"credentials"} */ question, /** @type {string | undefined} */ region, /** @type {number} */ limitMs) {
      const chain = instantiateChain(module, (error) => assert.fail(String(error)));
      memories.push(chain.memory);
      const answer = await chain[question](host, region, limitMs);
      crossed.push(answer);
      return answer;
    },
  };
  handedOut = 10;
  const { Core, memory } = instantiate(compileCore(), (error) => assert.fail(String(error)));
  const core = new Core(host, coreOptions(options));
  const found = await answerOf((call) => core.get(call, { key: "a", tags: [], softTags: [], byKnownLog: false }));
  assert.equal(found.reason, "absent");
  onlyInUse(memory, keys(handedOut));
  assert.equal(memories.length, 1);
  assert.ok(crossed[0]?.length && crossed[0].every((byte) => byte === 0));
  for (const { buffer } of memories) {
    const { SecretAccessKey: secret, Token: token } = keys(handedOut);
    assert.equal(count({ buffer }, secret) + count({ buffer }, token), 0);
  }
});

/**
 * The keys themselves are there, as long as they are in use; what they passed through is not.
 *
 * @param {WebAssembly.Memory} memory
 * @param {ReturnType<typeof keys>} inUse
 */
function onlyInUse(memory, { SecretAccessKey: secret, Token: token }) {
  const { text, ...passing } = tracesOf(secret);
  assert.equal(count(memory, token), 2, "the session token is kept, and with the request that was signed last");
  assert.equal(count(memory, text), 2, "the secret is kept, and with the signing key what tells whether it is of it");
  for (const [name, bytes] of Object.entries(passing)) {
    assert.equal(count(memory, bytes), 0, `of the secret in use, the ${name}`);
  }
  assert.equal(count(memory, "distinctive-token"), 0, "the token that was sent for them");
}

/**
 * What a signature leaves of a secret where nothing is wiped: HMAC's blocks hold it, each byte changed alike.
 *
 * @param {string} secret
 */
function tracesOf(secret) {
  const key = Buffer.from(`AWS4${secret}`);
  const padded = (/** @type {number} */ pad) => Buffer.from(key.map((byte) => byte ^ pad));
  return { text: Buffer.from(secret), key, "inner block": padded(0x36), "outer block": padded(0x5c) };
}

/**
 * @param {Pick<WebAssembly.Memory, "buffer">} memory
 * @param {string | Buffer} needle
 */
function count(memory, needle) {
  const bytes = Buffer.from(memory.buffer);
  let found = 0;
  for (let at = bytes.indexOf(needle); at >= 0; at = bytes.indexOf(needle, at + 1)) {
    found += 1;
  }
  return found;
}
