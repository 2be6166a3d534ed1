// The entry without the core: what initCore takes, and what a call does before it, meanwhile and after it.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { after, test } from "node:test";

const wasm = await readFile(new URL("../../pkg/core.wasm", import.meta.url));
const NOTHING = { Responses: {}, UnprocessedKeys: {} };

/** A DynamoDB that has nothing. */
const server = createServer((_, response) => response.end(JSON.stringify(NOTHING))).listen(0, "127.0.0.1");
await new Promise((resolve) => server.once("listening", resolve));
after(() => server.close());
const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());

/** A test's own copy of the entry: what one initializes the others do not see. */
let copies = 0;
async function slim() {
  const copy = `?${++copies}`;
  const { initCore, compileCore, coreUnderWay } = await import(`../../js/core.mjs${copy}`);
  return { initCore, compileCore, coreUnderWay };
}

test("before initCore a call says what is missing", async () => {
  const { compileCore } = await slim();
  assert.throws(compileCore, /slim carries no WebAssembly: call initCore\(\)/);
});

test("a module is there at once", async () => {
  const { initCore, compileCore } = await slim();
  const module = new WebAssembly.Module(wasm);
  const initialized = initCore(module);
  assert.equal(compileCore(), module);
  await initialized;
});

/** @type {Record<string, () => any>} */
const SOURCES = {
  bytes: () => wasm,
  "an ArrayBuffer": () => Uint8Array.from(wasm).buffer,
  "a response": () => new Response(wasm),
  "a promise of bytes": async () => wasm,
  "a promise of a response": async () => new Response(wasm),
  "a promise of a module": () => WebAssembly.compile(wasm),
  "what import() gives": async () => ({ default: new WebAssembly.Module(wasm) }),
};
for (const [name, source] of Object.entries(SOURCES)) {
  test(`initCore takes ${name}`, async () => {
    const { initCore, compileCore } = await slim();
    await initCore(source());
    assert.ok(compileCore() instanceof WebAssembly.Module);
  });
}

test("what is no core is refused, and a later one is taken", async () => {
  const { initCore, compileCore } = await slim();
  await assert.rejects(initCore("core.wasm"), /initCore\(\) takes a WebAssembly\.Module, its bytes/);
  await assert.rejects(initCore(undefined), TypeError);
  await assert.rejects(initCore(Uint8Array.of(1, 2, 3)), /refuses to compile the WebAssembly/);
  await assert.rejects(initCore(new Response("", { status: 404 })), /answered with status 404/);
  await assert.rejects(initCore(Promise.reject(new Error("offline"))), /offline/);
  assert.throws(compileCore, /slim carries no WebAssembly/);
  await initCore(wasm);
  assert.ok(compileCore() instanceof WebAssembly.Module);
});

test("without WebAssembly initCore says so", async (context) => {
  const { initCore } = await slim();
  const descriptor = /** @type {PropertyDescriptor} */ (Object.getOwnPropertyDescriptor(globalThis, "WebAssembly"));
  context.after(() => Object.defineProperty(globalThis, "WebAssembly", descriptor));
  Reflect.deleteProperty(globalThis, "WebAssembly");
  await assert.rejects(initCore(wasm), /needs WebAssembly, and this runtime has none/);
});

test("a client of this entry is a miss before the core, waits for it within its budget, and works with it", async () => {
  const { createCacheClient, initCore } = await import("../../js/entries/slim.mjs");
  /** @type {string[]} */
  const lines = [];
  const line = (/** @type {string} */ text) => void lines.push(text);
  const cache = createCacheClient({
    endpoint: `http://127.0.0.1:${port}`,
    region: "local",
    credentials: { accessKeyId: "a", secretAccessKey: "b" },
    readTimeoutMs: 10_000,
    coldTimeoutMs: 300,
    log: { debug: line, info: line, warn: line, error: line },
  });
  assert.equal(await cache.get("key"), null);
  assert.match(lines.join("\n"), /slim carries no WebAssembly/);
  assert.equal(cache.stats().operations.miss, 0);

  const began = performance.now();
  const never = initCore(new Promise(() => {}));
  assert.equal(await cache.get("key"), null, "while it is under way");
  assert.ok(performance.now() - began >= 290);
  await assert.rejects(cache.revalidateTag("tag"), /slim carries no WebAssembly/);
  never.catch(() => {});

  /** @type {(module: Uint8Array<ArrayBuffer>) => void} */
  let arrive = () => {};
  const initialized = initCore(new Promise((resolve) => (arrive = resolve)));
  const waiting = cache.get("key");
  arrive(Uint8Array.from(wasm));
  await initialized;
  assert.equal(await waiting, null);
  assert.equal(cache.stats().operations.miss, 1, "a miss that the table has told");
});
