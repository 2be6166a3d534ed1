// What a call leaves behind in the core's memory: nothing. No finalizer frees what the core forgets (scripts/build/glue.mjs).

import assert from "node:assert/strict";
import { test } from "node:test";
import { coreOptions, resolveOptions } from "../../js/options.mjs";
import "../../js/runtime/inline-core.mjs";
import { compileCore } from "../../js/core.mjs";
import { hostFor, loggerFor } from "../../js/shared.mjs";
import { instantiate } from "../../pkg/core.mjs";
import { answerOf } from "../core-calls.mjs";

const CALLS = 1_500;
/** Until each of the core's own tables has the room that it will need. */
const CALLS_BEFORE = 400;

/** @type {Record<string, { fetch: import("../../types/index.d.ts").FetchLike, calls?: number }>} */
const STORES = {
  "answers": { fetch: async () => new Response("{}") },
  "refuses": { fetch: async () => new Response(JSON.stringify({ __type: "ValidationException" }), { status: 400 }) },
  "breaks off": { fetch: async () => Promise.reject(new TypeError("fetch failed")) },
  "does not answer in time": { fetch: () => new Promise(() => {}), calls: 400 },
};

for (const [how, { fetch, calls = CALLS }] of Object.entries(STORES)) {
  test(`gets and sets leave nothing behind where the store ${how}`, async () => {
    const { core, memory } = coreOf(fetch);
    await call(core, Math.min(CALLS_BEFORE, calls));
    const before = memory.buffer.byteLength;
    await call(core, calls);
    assert.equal(memory.buffer.byteLength, before);
  });
}

/** @param {import("../../types/index.d.ts").FetchLike} fetch */
function coreOf(fetch) {
  const given = { region: "eu-central-1", endpoint: "http://127.0.0.1:1", credentials: { accessKeyId: "a", secretAccessKey: "b" } };
  const limits = { readTimeoutMs: 4, writeTimeoutMs: 4, coldTimeoutMs: 4 };
  const options = resolveOptions({ ...given, ...limits, fetch, memoryMaxBytes: 0 }, () => undefined);
  const { Core, memory } = instantiate(compileCore(), (error) => assert.fail(`it trapped: ${error}`));
  const host = hostFor(options, loggerFor(false));
  return { core: new Core(host, coreOptions(options)), memory };
}

/** @param {import("../../pkg/core-bindings.js").Core} core @param {number} times */
async function call(core, times) {
  const key = { key: "/a", tags: ["t"], softTags: [] };
  for (let index = 0; index < times; index++) {
    await answerOf((call) => core.get(call, { ...key, byKnownLog: false }));
    const value = { kind: "APP_ROUTE", body: new Uint8Array(100), headers: {}, status: 200 };
    const set = { ...key, kind: "APP_ROUTE", value, lastModified: index, overwrites: false };
    await answerOf((call) => core.set(call, set)).catch(() => {});
    // The store is asked each time, however often it has failed.
    core.resumeBreaker(0, 0, 0);
  }
}
