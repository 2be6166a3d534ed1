import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import { after, before, beforeEach, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const ROOT = new URL("../../", import.meta.url);
const LAMBDA = { AWS_LAMBDA_FUNCTION_NAME: "page" };

/** @type {string[]} */
let operations = [];
const server = createServer((incoming, outgoing) => {
  operations.push(String(incoming.headers["x-amz-target"]).replace(/^.*\./, ""));
  outgoing.setHeader("keep-alive", "timeout=60");
  outgoing.end("{}");
});
/** @type {string} */
let endpoint;

before(async () => {
  await once(server.listen(0, "127.0.0.1"), "listening");
  endpoint = `http://127.0.0.1:${/** @type {import("node:net").AddressInfo} */ (server.address()).port}`;
});
after(() => {
  server.close();
  server.closeAllConnections();
});
beforeEach(() => (operations = []));

/** @type {Record<string, string>} */
const HANDLERS = {
  "the configured handler": `const { DynamoDBCacheHandler } = await import(entry("js/entries/index.mjs")); DynamoDBCacheHandler.configure();`,
  "the ready-made handler": `await import(entry("cache-handler.mjs"));`,
  "the handler of 'use cache'": `await import(entry("use-cache-handler.mjs"));`,
};

for (const [name, load] of Object.entries(HANDLERS)) {
  test(`on Lambda ${name} reads the log before anybody asks, and nowhere else`, async () => {
    await run(load, LAMBDA);
    assert.deepEqual(operations, ["GetItem"]);
    operations = [];
    await run(load, {});
    await run(load, { ...LAMBDA, NEXT_PHASE: "phase-production-build" });
    assert.deepEqual(operations, []);
  });
}

test("both handlers of an application share the read", async () => {
  await run(`${HANDLERS["the ready-made handler"]} ${HANDLERS["the handler of 'use cache'"]}`, LAMBDA);
  assert.deepEqual(operations, ["GetItem"]);
});

test("the first get goes over the connection that is open then", async () => {
  const connections = new Set();
  const count = (/** @type {import("node:net").Socket} */ socket) => connections.add(socket);
  server.on("connection", count);
  await run(`const { default: Handler } = await import(entry("cache-handler.mjs"));
    await new Promise((resolve) => setTimeout(resolve, 300));
    await new Handler().get("/page", { kind: "APP_PAGE" });`, LAMBDA);
  server.off("connection", count);
  assert.deepEqual(operations, ["GetItem", "BatchGetItem"]);
  assert.equal(connections.size, 1);
});

test("nobody is told where it fails", async () => {
  const nowhere = { ...LAMBDA, AWS_ENDPOINT_URL_DYNAMODB: "http://127.0.0.1:1" };
  for (const load of Object.values(HANDLERS)) {
    assert.equal(await run(load, nowhere), "");
  }
  assert.equal(await run(HANDLERS["the ready-made handler"] ?? "", { ...LAMBDA, NEXT_CACHE_TAG_INDEX: "nonsense" }), "");
});

/**
 * What a process prints that loads something, and waits for nothing.
 *
 * @param {string} load
 * @param {NodeJS.ProcessEnv} env
 */
async function run(load, env) {
  const script = `const entry = (path) => new URL(path, ${JSON.stringify(ROOT.href)}).href; ${load}`;
  const { stdout, stderr } = await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", script], {
    cwd: fileURLToPath(ROOT),
    timeout: 20_000,
    env: {
      PATH: process.env.PATH,
      HOME: "/nonexistent",
      NEXT_CACHE_DYNAMODB_TABLE: "warm",
      AWS_REGION: "eu-central-1",
      AWS_ACCESS_KEY_ID: "AKID",
      AWS_SECRET_ACCESS_KEY: "secret",
      AWS_ENDPOINT_URL_DYNAMODB: endpoint,
      ...env,
    },
  });
  return stdout + stderr;
}
