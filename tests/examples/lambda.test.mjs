// examples/next-16 as a Lambda function: packaged by infrastructure/sam/package.sh, behind AWS's Lambda Web Adapter, in AWS's
// emulator of the service.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { createCacheTable } from "../../js/create-table.mjs";
import { ensureTool } from "../../scripts/build/toolchain.mjs";
import { freePort } from "../../scripts/demo/ports.mjs";
import { ready, run, start, stop } from "../../scripts/demo/processes.mjs";
import { EMULATOR_CREDENTIALS, startEmulator } from "../emulators.mjs";
import { installRuntimes, lambdaEmulator } from "../runtimes/installation.mjs";
import { WITHOUT_AWS } from "../versions/application.mjs";
import { nextExample } from "./example.mjs";

const ROOT = join(import.meta.dirname, "../..");
const TABLE = { tableName: "nextjs-cache", region: "eu-central-1", credentials: EMULATOR_CREDENTIALS, log: false };
const START_MS = 60_000;

const folder = mkdtempSync(join(tmpdir(), "lambda-"));
/** @type {Awaited<ReturnType<typeof startEmulator>>} */
let store;
/** @type {string} */
let adapter;
/** @type {Awaited<ReturnType<typeof startFunction>>[]} */
const functions = [];

before(async () => {
  adapter = join(await ensureTool("lambda_web_adapter", "0.9.1"), "lambda-adapter");
  const { folder: app, logs } = await nextExample("next-16", "16.4.6");
  const script = join(ROOT, "infrastructure/sam/package.sh");
  const env = { ...WITHOUT_AWS, STANDALONE: "1" };
  await run("bash", [script, app, join(folder, "application")], { env, log: join(logs, "package.log") });
  store = await startEmulator("dynalite");
  await createCacheTable({ ...TABLE, endpoint: store.endpoint });
  functions.push(await startFunction("a"), await startFunction("b"));
});
after(async () => {
  await Promise.all(functions.map(({ end }) => end()));
  await store?.stop();
  rmSync(folder, { recursive: true, force: true });
});

test("a page of the build is a hit, and one that it did not know is rendered once for both instances", async () => {
  const [a, b] = /** @type {[typeof functions[0], typeof functions[0]]} */ (functions);
  assert.equal((await a.get("/posts/first")).cache, "HIT");
  const rendered = await a.get("/posts/third");
  assert.deepEqual([rendered.status, rendered.cache], [200, "MISS"]);
  // The write may be under way when the response has ended; here nothing freezes it.
  const found = await until(() => b.get("/posts/third"), ({ time }) => time === rendered.time);
  assert.equal(found.cache, "HIT");
});

test("a webhook that one instance is called by holds on the other", async () => {
  const [a, b] = /** @type {[typeof functions[0], typeof functions[0]]} */ (functions);
  const before = await b.get("/posts/third");
  const headers = { authorization: "Bearer secret", "content-type": "application/json" };
  const answer = await a.invoke("POST", "/api/revalidate", { headers, body: '{"tag":"posts"}' });
  assert.equal(answer.body, '{"revalidated":"posts"}');
  await until(() => b.get("/posts/third"), ({ time }) => time !== before.time);
});

/**
 * One instance of the function: the emulator, and in it what the layer of the adapter starts.
 *
 * @param {string} name
 */
async function startFunction(name) {
  const emulator = lambdaEmulator(await installRuntimes());
  const port = String(await freePort());
  const host = join(ROOT, "tests/runtimes/app/lambda-host.mjs");
  // The server ends with its adapter: the emulator ends its program alone.
  const program = `./run.sh & server=$!; trap 'kill $server' TERM; ${adapter} & adapter=$!; wait $adapter; kill $server`;
  const started = start("node", [host, emulator, "/bin/sh", "-c", program], {
    cwd: join(folder, "application"),
    env: {
      ...WITHOUT_AWS,
      PORT: port,
      AWS_REGION: TABLE.region,
      AWS_ENDPOINT_URL_DYNAMODB: store.endpoint,
      NEXT_CACHE_DYNAMODB_TABLE: TABLE.tableName,
      AWS_ACCESS_KEY_ID: EMULATOR_CREDENTIALS.accessKeyId,
      AWS_SECRET_ACCESS_KEY: EMULATOR_CREDENTIALS.secretAccessKey,
      REVALIDATE_SECRET: "secret",
    },
    log: join(folder, `${name}.log`),
  });
  let url = "";
  await ready(started, `function ${name}`, async () => {
    const [, emulated] = /port (\d+)/.exec(started.output()) ?? [];
    url = `http://127.0.0.1:${emulated}/2015-03-31/functions/function/invocations`;
    return emulated !== undefined;
  }, START_MS);
  /** @param {string} method @param {string} path @param {{ headers?: object, body?: string }} [more] */
  const invoke = async (method, path, more) => {
    const response = await fetch(url, { method: "POST", body: JSON.stringify(event(method, path, more)) });
    const { isBase64Encoded, body = "", ...answer } = await response.json();
    return { ...answer, body: isBase64Encoded ? String(Buffer.from(body, "base64")) : body };
  };
  const get = async (/** @type {string} */ path) => {
    const { statusCode: status, headers, body } = await invoke("GET", path);
    return { status, cache: headers["x-nextjs-cache"], time: /<time>(.*?)</.exec(body)?.[1] };
  };
  return { invoke, get, end: () => stop(started) };
}

/**
 * What a function URL hands over.
 *
 * @param {string} method
 * @param {string} path
 * @param {{ headers?: object, body?: string }} [more]
 */
function event(method, path, { headers = {}, body } = {}) {
  const domainName = "application.lambda-url.eu-central-1.on.aws";
  const http = { method, path, protocol: "HTTP/1.1", sourceIp: "127.0.0.1", userAgent: "test" };
  const time = { time: "26/Nov/2026:08:00:00 +0000", timeEpoch: 1_795_680_000_000 };
  const ids = { accountId: "anonymous", apiId: "application", requestId: "request", routeKey: "$default", stage: "$default" };
  return {
    version: "2.0",
    routeKey: "$default",
    rawPath: path,
    rawQueryString: "",
    headers: { host: domainName, ...headers },
    requestContext: { ...ids, ...time, domainName, domainPrefix: "application", http },
    body,
    isBase64Encoded: false,
  };
}

/**
 * @template T
 * @param {() => Promise<T>} look
 * @param {(seen: T) => boolean} isAsWanted
 */
async function until(look, isAsWanted) {
  const deadline = performance.now() + 10_000;
  for (;;) {
    const seen = await look();
    if (isAsWanted(seen) || performance.now() > deadline) {
      assert.ok(isAsWanted(seen), JSON.stringify(seen));
      return seen;
    }
  }
}
