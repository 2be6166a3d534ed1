// What the core finds by itself, through the real module and the real runtime: files, a process, HTTP without a body.

import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, beforeEach, test } from "node:test";
import runtime from "#runtime";
import { createCacheClient } from "../../js/entries/client.mjs";

const OWN = /^(AWS_|NEXT_CACHE_)|^HOME$/;
const environment = { ...process.env };
const KEYS = { Version: 1, AccessKeyId: "AKIDFOUND", SecretAccessKey: "the-secret-key", SessionToken: "the-session-token" };

/** @type {{ method: string, url: string, headers: import("node:http").IncomingHttpHeaders }[]} */
let requests = [];
/** @type {string[]} */
let lines = [];
let origin = "";
/** How many times the module with the chain was asked for. */
let loads = 0;
const { loadChain } = runtime;
runtime.loadChain = () => {
  loads += 1;
  return /** @type {NonNullable<typeof loadChain>} */ (loadChain)();
};

// It answers as the container's endpoint does, and as a DynamoDB with an empty table.
const server = createServer((request, response) => {
  const { method = "", url = "", headers } = request;
  requests.push({ method, url, headers });
  request.resume().on("end", () => response.end(JSON.stringify(method === "GET" ? KEYS : { Responses: { t: [] } })));
});

before(async () => {
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  const address = /** @type {import("node:net").AddressInfo} */ (server.address());
  origin = `http://127.0.0.1:${address.port}`;
});

after(() => {
  restore();
  server.closeAllConnections();
  server.close();
});

beforeEach(() => {
  restore();
  Object.keys(process.env).filter((name) => OWN.test(name)).forEach((name) => delete process.env[name]);
  process.env.AWS_EC2_METADATA_DISABLED = "true";
  requests = [];
  lines = [];
  loads = 0;
});

test("a profile gives keys by its process, region and endpoint", async () => {
  home(`[default]
region = us-east-2
services = here
credential_process = printf '%s' '${JSON.stringify(KEYS)}'

[services here]
dynamodb =
  endpoint_url = ${origin}
`);
  assert.equal(await client().get("key"), null);
  const [sent] = requests;
  assert.match(String(sent?.headers.authorization), /Credential=AKIDFOUND\/\d{8}\/us-east-2\/dynamodb\/aws4_request/);
  assert.equal(sent?.headers["x-amz-security-token"], KEYS.SessionToken);
  assert.ok(loads > 0);
});

/** @type {Record<string, () => Record<string, string>>} */
const WITHOUT_CHAIN = {
  "the environment's keys": () => ({ AWS_ACCESS_KEY_ID: "AKIDFOUND", AWS_SECRET_ACCESS_KEY: "s", AWS_PROFILE: "elsewhere" }),
  "a container's": () => ({ AWS_CONTAINER_CREDENTIALS_FULL_URI: `${origin}/credentials` }),
};
for (const [name, variables] of Object.entries(WITHOUT_CHAIN)) {
  test(`${name} need no chain where there are no files`, async () => {
    Object.assign(process.env, variables(), { HOME: "/nonexistent", AWS_ENDPOINT_URL: origin });
    assert.equal(await client().get("key"), null);
    assert.match(String(requests.at(-1)?.headers.authorization), /Credential=AKIDFOUND\/\d{8}\/eu-central-1\//);
    assert.equal(loads, 0);
  });
}

test("without any source nothing is loaded to say so", async () => {
  process.env.HOME = "/nonexistent";
  assert.equal(await client().get("key"), null);
  assert.match(lines.join("\n"), /no AWS credentials: set AWS_ACCESS_KEY_ID and .* AWS_EC2_METADATA_DISABLED is set\)/);
  assert.equal(loads, 0);
});

test("the environment's keys go with the profile's endpoint", async () => {
  home(`[default]\nregion = us-east-2\nendpoint_url = ${origin}\n`);
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: "AKIDFOUND", AWS_SECRET_ACCESS_KEY: "s" });
  assert.equal(await client().get("key"), null);
  assert.match(String(requests.at(-1)?.headers.authorization), /Credential=AKIDFOUND\/\d{8}\/us-east-2\//);
  assert.equal(loads, 1);
});

test("a container's endpoint is asked without a body, and once", async () => {
  home("");
  process.env.AWS_REGION = "eu-west-1";
  process.env.AWS_ENDPOINT_URL_DYNAMODB = origin;
  process.env.AWS_CONTAINER_CREDENTIALS_FULL_URI = `${origin}/credentials`;
  process.env.AWS_CONTAINER_AUTHORIZATION_TOKEN = "the-token";
  const cache = client();
  await Promise.all([cache.get("one"), cache.get("two")]);
  const asked = requests.filter(({ method }) => method === "GET");
  assert.deepEqual(asked.map(({ url, headers }) => [url, headers.authorization]), [["/credentials", "the-token"]]);
  const posted = requests.filter(({ method }) => method === "POST");
  assert.ok(posted.length > 0 && posted.every(({ headers }) => headers.authorization?.includes("AKIDFOUND")));
});

test("what is not valid is named in the log, and no secret is", async () => {
  home(`[default]
region = us-east-2
aws_secret_access_key = ${KEYS.SecretAccessKey}
`);
  process.env.AWS_ENDPOINT_URL = origin;
  assert.equal(await client().get("key"), null);
  const told = lines.join("\n");
  assert.match(told, /the profile default has aws_secret_access_key, and no aws_access_key_id \(in .*\.aws\/config\)/);
  assert.ok(!told.includes(KEYS.SecretAccessKey), told);
  assert.deepEqual(requests, []);
});

function client() {
  const line = (/** @type {string} */ message) => lines.push(message);
  const log = { debug: line, info: line, warn: line, error: line };
  return createCacheClient({ tableName: "t", log, readTimeoutMs: 10_000, coldTimeoutMs: 10_000 });
}

/** @param {string} config of the user whose home directory it becomes */
function home(config) {
  const path = mkdtempSync(join(tmpdir(), "credentials-"));
  mkdirSync(join(path, ".aws"));
  writeFileSync(join(path, ".aws", "config"), config);
  process.env.HOME = path;
}

function restore() {
  Object.keys(process.env).forEach((name) => delete process.env[name]);
  Object.assign(process.env, environment);
}
