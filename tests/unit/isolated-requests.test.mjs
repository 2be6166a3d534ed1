// Runtimes in which what one request made is of no use to another, as in Cloudflare's Workers: overlapping calls do not meet,
// and what may be shared is.

import assert from "node:assert/strict";
import { afterEach, before, after, test } from "node:test";
import { exchangeBy } from "../../js/fetch-exchange.mjs";
import { createHost } from "../../js/host.mjs";
import { ownTimers } from "../../js/timers.mjs";
import { CoreInstance } from "../../js/instance.mjs";
import { coreOptions, resolveOptions } from "../../js/options.mjs";
import "../../js/runtime/inline-core.mjs";
import runtime from "../../js/runtime/node.mjs";
import { loggerFor } from "../../js/shared.mjs";

const options = resolveOptions(
  {
    region: "eu-central-1",
    endpoint: "http://127.0.0.1:1",
    credentials: { accessKeyId: "a", secretAccessKey: "b" },
    readTimeoutMs: 2_000,
    coldTimeoutMs: 2_000,
  },
  () => undefined,
);
/** As src/retry/breaker.rs has it. */
const FAILURES_TO_OPEN = 5;

before(() => (runtime.isolatesRequests = true));
after(() => (runtime.isolatesRequests = undefined));

let isDown = false;
/** The instance that is answered late. */
let late = 0;
/** The instance of each request that was sent. @type {number[]} */
let sentBy = [];
afterEach(() => {
  isDown = false;
  late = 0;
  sentBy = [];
});

/** A core over a store that has nothing. */
function isolatedCore() {
  let instances = 0;
  /** @type {WeakMap<object, ReturnType<typeof createHost>>} */
  const hosts = new WeakMap();
  const { env, readFile, writeFile, runProcess, setTimeout } = runtime;
  const host = (/** @type {number} */ instance) =>
    createHost({
      ...{ logger: loggerFor(false), credentials: options.credentials, env, readFile, writeFile, runProcess },
      timers: ownTimers(setTimeout),
      exchange: exchangeBy(async () => {
        sentBy.push(instance);
        await new Promise((resolve) => setTimeout(() => resolve(undefined), instance === late ? 100 : 5));
        if (isDown) {
          throw new TypeError("down");
        }
        return { status: 200, headers: new Headers(), arrayBuffer: async () => Uint8Array.from(Buffer.from("{}")).buffer };
      }),
    });
  return new CoreInstance(
    ({ Core }) => {
      const own = host(++instances);
      const core = new Core(own, coreOptions(options));
      hosts.set(core, own);
      return core;
    },
    (error) => assert.fail(`it trapped: ${error}`),
    (core) => hosts.get(core),
  );
}

/** @param {CoreInstance} core @param {string} key */
function get(core, key = "/a") {
  return core.get({ key, tags: [], softTags: [], byKnownLog: false });
}

test("calls that overlap have an instance each, and those that do not have one", async () => {
  const core = isolatedCore();
  await get(core);
  await get(core);
  assert.deepEqual(new Set(sentBy), new Set([1]));
  await Promise.all([get(core), get(core), get(core)]);
  assert.deepEqual(new Set(sentBy), new Set([1, 2, 3]));
});

test("of several instances the oldest stays, which has the most in memory", async () => {
  const core = isolatedCore();
  late = 1;
  const first = get(core);
  await get(core, "/b");
  await first;
  const before = sentBy.length;
  await get(core);
  assert.deepEqual(new Set(sentBy.slice(before)), new Set([1]));
});

test("the breaker is one for all instances", async () => {
  const core = isolatedCore();
  isDown = true;
  for (let call = 0; call < FAILURES_TO_OPEN; call++) {
    assert.equal((await get(core)).reason, "unavailable");
  }
  const before = sentBy.length;
  const found = await Promise.all([get(core), get(core), get(core)]);
  assert.ok(found.every(({ detail }) => /failed 5 times in a row/.test(detail)));
  assert.equal(sentBy.length, before, "nothing was sent");
  isDown = false;
  await new Promise((resolve) => setTimeout(resolve, 300));
  assert.equal((await get(core)).reason, "absent", "the probe");
  const again = await Promise.all([get(core), get(core)]);
  assert.deepEqual(again.map(({ reason }) => reason), ["absent", "absent"]);
});

test("failures of other instances count too", async () => {
  const core = isolatedCore();
  isDown = true;
  for (let round = 0; round < FAILURES_TO_OPEN; round++) {
    await Promise.all([get(core), get(core)]);
  }
  const before = sentBy.length;
  await Promise.all([get(core), get(core)]);
  assert.equal(sentBy.length, before);
});
