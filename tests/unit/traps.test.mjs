// A trap in the wasm instance: the calls in flight fail, nothing stays pending, and the next call works.

import assert from "node:assert/strict";
import { test } from "node:test";
import { exchangeBy } from "../../js/fetch-exchange.mjs";
import { createHost } from "../../js/host.mjs";
import { sharedTimers } from "../../js/timers.mjs";
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
const NOTHING = JSON.stringify({});
const request = { key: "/a", tags: [], softTags: [], byKnownLog: false };

/**
 * A core over a store that holds nothing, whose host can be made to trap: an exception through wasm frames leaves the
 * instance as a trap does.
 */
function trappingCore() {
  let trapsAt = Infinity;
  let calls = 0;
  /** @type {unknown[]} */
  const traps = [];
  const host = createHost({
    logger: loggerFor(false),
    credentials: options.credentials,
    env: runtime.env,
    readFile: runtime.readFile,
    writeFile: runtime.writeFile,
    runProcess: runtime.runProcess,
    timers: sharedTimers(setTimeout),
    exchange: exchangeBy(async () => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      return { status: 200, headers: new Headers(), arrayBuffer: async () => Uint8Array.from(Buffer.from(NOTHING)).buffer };
    }),
  });
  /** @type {ProxyHandler<typeof host>["get"]} */
  const get = (target, name) => {
    const method = Reflect.get(target, name);
    return (/** @type {unknown[]} */ ...given) => {
      // Of the environment it asks while it is constructed, when there is no instance yet that could trap.
      if (name !== "env" && ++calls === trapsAt) {
        throw new WebAssembly.RuntimeError("unreachable");
      }
      return method(...given);
    };
  };
  const core = new CoreInstance(
    ({ Core }) => new Core(new Proxy(host, { get }), coreOptions(options)),
    (error) => traps.push(error),
  );
  return {
    core,
    traps,
    callsSoFar: () => calls,
    /** @param {number} more calls of the host from now */
    trapAfter: (more) => (trapsAt = calls + more),
  };
}

test("wherever it traps, the call fails, nothing stays pending, and the next call works", async () => {
  const counting = trappingCore();
  await counting.core.get(request);
  const hostCalls = counting.callsSoFar();
  assert.ok(hostCalls > 4, "some before the request, some after it");
  for (let place = 1; place <= hostCalls; place++) {
    const { core, traps, trapAfter } = trappingCore();
    trapAfter(place);
    await assert.rejects(core.get(request), /unreachable/, `call ${place} of ${hostCalls}`);
    assert.equal(traps.length, 1);
    const found = await core.get(request);
    assert.equal(found.status, "miss");
    assert.equal(found.reason, "absent");
  }
});

test("the other calls in flight fail with it", async () => {
  const { core, traps, trapAfter } = trappingCore();
  const calls = [core.get(request), core.get({ ...request, key: "/b" }), core.refresh()];
  trapAfter(1);
  const results = await Promise.allSettled(calls);
  assert.ok(results.every(({ status }) => status === "rejected"));
  assert.equal(traps.length, 1);
  assert.equal((await core.get(request)).status, "miss");
});

test("what the core throws on purpose is no trap", async () => {
  const { core, traps } = trappingCore();
  const value = { kind: "FETCH", data: () => {} };
  const set = { ...request, kind: "FETCH", value, lastModified: 1, overwrites: false };
  await assert.rejects(core.set(set), { name: "TypeError", message: /holds a function/ });
  assert.deepEqual(traps, []);
});
