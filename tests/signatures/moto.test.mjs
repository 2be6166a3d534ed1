// Our signatures before an independent judge.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { createCacheTable } from "../../js/create-table.mjs";
import { DynamoDBCacheHandler } from "../../js/entries/index.mjs";
import { startMoto } from "./moto.mjs";

/** @typedef {import("../../types/index.d.ts").DynamoDBCacheOptions} Options */

const PATIENT = { readTimeoutMs: 10_000, coldTimeoutMs: 10_000, writeTimeoutMs: 10_000 };
const ROLE = "arn:aws:iam::123456789012:role/cache";
const ALLOW = (/** @type {string} */ actions) =>
  JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: actions, Resource: "*" }] });
/** In UTF-8, an emoji of two UTF-16 units, what JSON escapes, and what URLs escape. */
const AWKWARD = 'Grüße 日本 🗾 "\\\u0000\n%2F+&=?#';

/** Of the table alone: moto would count an index's among its table's too, which CloudWatch does not. */
const CONSUMED = { ConsumedReadCapacityUnits: "7000000", ConsumedWriteCapacityUnits: "2000000" };
const MAIN = join(import.meta.dirname, "../../js/cli/main.mjs");

/** @type {import("./moto.mjs").Moto} */
let moto;
/** @type {{ accessKeyId: string, secretAccessKey: string }} */
let user;

before(async () => {
  moto = await startMoto();
  await moto.iam({ Action: "CreateUser", UserName: "cache" });
  const key = await moto.iam({ Action: "CreateAccessKey", UserName: "cache" });
  user = { accessKeyId: key("AccessKeyId"), secretAccessKey: key("SecretAccessKey") };
  const policy = { PolicyName: "all", PolicyDocument: ALLOW("*") };
  await moto.iam({ Action: "PutUserPolicy", UserName: "cache", ...policy });
  await moto.iam({ Action: "CreateRole", RoleName: "cache", AssumeRolePolicyDocument: ALLOW("sts:AssumeRole") });
  await moto.iam({ Action: "PutRolePolicy", RoleName: "cache", ...policy });
  for (const [metric, units] of Object.entries(CONSUMED)) {
    await moto.cloudWatch({
      ...{ Action: "PutMetricData", Namespace: "AWS/DynamoDB", "MetricData.member.1.MetricName": metric },
      ...{ "MetricData.member.1.Value": units, "MetricData.member.1.Timestamp": new Date(Date.now() - 3_600_000).toISOString() },
      ...{ "MetricData.member.1.Dimensions.member.1.Name": "TableName", "MetricData.member.1.Dimensions.member.1.Value": "signed" },
    });
  }
  await moto.demandSignatures();
  await createCacheTable({ tableName: "signed", region: "eu-central-1", endpoint: moto.endpoint, credentials: user });
});
after(() => moto?.stop());

test("everything that the handler sends is accepted", async () => {
  const { handler, lines } = start({ credentials: user });
  await roundTrip(handler);
  assert.deepEqual(lines, []);
});

test("what a role's temporary keys sign is accepted, and so is what asks STS for them", async () => {
  const folder = mkdtempSync(join(tmpdir(), "signatures-"));
  writeFileSync(
    join(folder, "config"),
    [
      "[profile cache]",
      `role_arn = ${ROLE}`,
      "source_profile = user",
      "[profile user]",
      `aws_access_key_id = ${user.accessKeyId}`,
      `aws_secret_access_key = ${user.secretAccessKey}`,
    ].join("\n"),
  );
  const before = { ...process.env };
  Object.assign(process.env, {
    AWS_CONFIG_FILE: join(folder, "config"),
    AWS_SHARED_CREDENTIALS_FILE: join(folder, "none"),
    AWS_PROFILE: "cache",
    AWS_ENDPOINT_URL_STS: moto.endpoint,
  });
  delete process.env.AWS_ACCESS_KEY_ID;
  /** @type {Headers[]} */
  const sent = [];
  try {
    const { handler, lines } = start({ credentials: undefined, fetch: changed((request) => sent.push(request.headers)) });
    await roundTrip(handler);
    assert.deepEqual(lines, []);
    assert.ok(
      sent.some((headers) => headers.get("x-amz-security-token")),
      "a session token is signed too",
    );
  } finally {
    process.env = before;
  }
});

test("stats tells what the table has consumed, as CloudWatch has it, or what it lacks", async () => {
  const stats = async (/** @type {Record<string, string>} */ env) => {
    const command = [MAIN, "stats", "--json", "--days", "7"];
    const { stdout } = await promisify(execFile)(process.execPath, command, {
      env: {
        PATH: process.env.PATH,
        ...{ AWS_ACCESS_KEY_ID: user.accessKeyId, AWS_SECRET_ACCESS_KEY: user.secretAccessKey, AWS_REGION: "eu-central-1" },
        ...{ NEXT_CACHE_DYNAMODB_TABLE: "signed", AWS_ENDPOINT_URL_DYNAMODB: moto.endpoint, ...env },
      },
    });
    return JSON.parse(stdout).consumption;
  };
  const { readUnits, writeUnits, dollarsPerMonth } = await stats({ AWS_ENDPOINT_URL_CLOUDWATCH: moto.endpoint });
  assert.deepEqual([readUnits, writeUnits], [7_000_000, 2_000_000]);
  assert.equal(dollarsPerMonth.toFixed(4), (((7 * 0.125 + 2 * 0.625) / 7) * 30).toFixed(4));
  assert.match((await stats({})).unknown, /set AWS_ENDPOINT_URL_CLOUDWATCH/);
  assert.match((await stats({ AWS_ENDPOINT_URL_CLOUDWATCH: "http://127.0.0.1:1" })).unknown, /CloudWatch: .*GetMetricStatistics/);
});

test("a wrong secret is refused", () => refused({ credentials: { ...user, secretAccessKey: "wrong" } }));

test("an unknown key is refused", () => refused({ credentials: { ...user, accessKeyId: "AKIAUNKNOWN" } }));

test("a changed body is refused", () =>
  refused({ fetch: changed((request) => (request.body = request.body.replace("signed", "signee"))) }));

test("a changed operation is refused", () =>
  refused({ fetch: changed(({ headers }) => headers.set("x-amz-target", "DynamoDB_20120810.ListTables")) }));

test("a changed time is refused", () =>
  refused({
    fetch: changed(({ headers }) => {
      const date = headers.get("x-amz-date") ?? "";
      headers.set("x-amz-date", date.replace(/.Z$/, (end) => (end === "0Z" ? "1Z" : "0Z")));
    }),
  }));

/** @param {InstanceType<typeof DynamoDBCacheHandler>} handler */
async function roundTrip(handler) {
  const rsc = Buffer.alloc(300_000, AWKWARD);
  for (const key of ["/plain", `/${AWKWARD}`]) {
    const value = { kind: "APP_PAGE", html: AWKWARD, rscData: rsc, headers: { "x-next-cache-tags": "a,b" }, status: 200 };
    // As Next does. What a process stores without having asked for anything is no newer than what it knew: nothing.
    assert.equal(await handler.get(key, { kind: "APP_PAGE" }), null);
    await handler.set(key, value, { cacheControl: { revalidate: 60, expire: 3_600 } });
    const found = await handler.get(key, { kind: "APP_PAGE" });
    assert.deepEqual(found?.value?.rscData, rsc, key);
  }
  await handler.revalidateTag(["a", AWKWARD]);
  assert.equal(await handler.get("/plain", { kind: "APP_PAGE" }), null);
}

/** @param {Options} options */
async function refused(options) {
  const { handler, lines } = start({ credentials: user, ...options });
  assert.equal(await handler.get("/plain", { kind: "APP_PAGE" }), null);
  assert.match(lines.join("\n"), /403|Signature|InvalidClientTokenId/);
}

/** @param {Options} options */
function start(options) {
  /** @type {string[]} */
  const lines = [];
  const note = (/** @type {string} */ line) => lines.push(line);
  const log = { debug() {}, info() {}, warn: note, error: note };
  const place = { tableName: "signed", region: "eu-central-1", endpoint: moto.endpoint, buildId: "build" };
  const Handler = DynamoDBCacheHandler.configure({ ...place, ...PATIENT, log, ...options });
  return { handler: new Handler({}), lines };
}

/**
 * A fetch that changes what was signed.
 *
 * @param {(request: { headers: Headers, body: string }) => unknown} change
 * @returns {import("../../types/index.d.ts").FetchLike}
 */
function changed(change) {
  return (url, { headers, body, ...init }) => {
    const request = { headers: new Headers(headers), body: Buffer.from(body ?? []).toString() };
    change(request);
    return fetch(url, { ...init, headers: request.headers, body: request.body });
  };
}
