// createCacheTable and its command: what they make, complete and refuse.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { createCacheTable } from "../../js/create-table.mjs";
import { startStore } from "./instances.mjs";
import { send } from "./raw.mjs";

const COMMAND = fileURLToPath(new URL("../../js/cli/create-table.mjs", import.meta.url));
const run = promisify(execFile);

/** @type {Awaited<ReturnType<typeof startStore>>} */
let store;
before(async () => (store = await startStore()));
after(() => store.stop());

/** What an emulator without TTL makes of it. */
const ttl = (/** @type {string} */ supported) => (store.name === "dynalite" ? "unsupported" : supported);

/** @param {string} TableName */
async function describe(TableName) {
  return (await send(store.endpoint, "DescribeTable", { TableName })).Table;
}

/** @param {string[]} args */
async function command(...args) {
  const env = { PATH: process.env.PATH, AWS_ACCESS_KEY_ID: "emulator", AWS_SECRET_ACCESS_KEY: "not-a-secret" };
  const all = [COMMAND, "--region", "eu-central-1", "--endpoint", store.endpoint, ...args];
  return run(process.execPath, all, { env }).then(
    (ended) => ({ ...ended, code: 0 }),
    (error) => ({ stdout: error.stdout, stderr: error.stderr, code: error.code }),
  );
}

test("a table is created with its key, index, billing and TTL, and running it again changes nothing", async () => {
  /** @type {string[]} */
  const lines = [];
  const options = { ...store.connection, tableName: "fresh", onProgress: (/** @type {string} */ line) => lines.push(line) };
  const created = await createCacheTable(options);
  assert.deepEqual(created, { tableName: "fresh", table: "created", index: "created", ttl: ttl("enabled") });
  assert.ok(lines.includes("creating the table"));
  const table = await describe("fresh");
  assert.deepEqual(table.KeySchema, [{ AttributeName: "key", KeyType: "HASH" }]);
  assert.deepEqual(table.GlobalSecondaryIndexes[0].KeySchema, [{ AttributeName: "tag", KeyType: "HASH" }]);
  assert.equal(table.GlobalSecondaryIndexes[0].IndexName, "tag-index");
  assert.equal(table.BillingModeSummary.BillingMode, "PAY_PER_REQUEST");
  if (store.name !== "dynalite") {
    const { TimeToLiveDescription } = await send(store.endpoint, "DescribeTimeToLive", { TableName: "fresh" });
    assert.equal(TimeToLiveDescription.AttributeName, "expiresAt");
  }
  assert.deepEqual(await createCacheTable(options), { tableName: "fresh", table: "found", index: "found", ttl: ttl("found") });
});

// dynalite's UpdateTable adds no index.
const LACKING = process.env.TEST_EMULATOR === "dynamodb-local" ? /** @type {const} */ (["on-demand", "provisioned"]) : [];
const CAPACITY = {
  "on-demand": { BillingMode: "PAY_PER_REQUEST" },
  provisioned: { ProvisionedThroughput: { ReadCapacityUnits: 5, WriteCapacityUnits: 5 } },
};
for (const billing of LACKING) {
  test(`the index is added to a table that lacks it, ${billing}`, async () => {
    const tableName = `bare-${billing}`;
    await send(store.endpoint, "CreateTable", {
      TableName: tableName,
      KeySchema: [{ AttributeName: "key", KeyType: "HASH" }],
      AttributeDefinitions: [{ AttributeName: "key", AttributeType: "S" }],
      ...CAPACITY[billing],
    });
    const report = await createCacheTable({ ...store.connection, tableName });
    assert.deepEqual([report.table, report.index], ["found", "created"]);
    const { GlobalSecondaryIndexes } = await describe(tableName);
    assert.equal(GlobalSecondaryIndexes[0].IndexName, "tag-index");
    assert.equal(GlobalSecondaryIndexes[0].IndexStatus, "ACTIVE");
  });
}

test("a table with another key is refused, and nothing is changed", async () => {
  await send(store.endpoint, "CreateTable", {
    TableName: "other",
    KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
    AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
    BillingMode: "PAY_PER_REQUEST",
  });
  await assert.rejects(createCacheTable({ ...store.connection, tableName: "other" }), {
    code: "OtherShape",
    message: /its key is "id" \(HASH\), not the string "key".*Nothing was changed/,
  });
  assert.equal((await describe("other")).GlobalSecondaryIndexes, undefined);
});

test("two that create the same table at once both end well", async () => {
  const options = { ...store.connection, tableName: "raced" };
  const reports = await Promise.all([createCacheTable(options), createCacheTable(options)]);
  assert.deepEqual(reports.map(({ tableName }) => tableName), ["raced", "raced"]);
});

test("the command says what it found and did", async () => {
  const first = await command("--table", "by-command");
  assert.equal(first.code, 0, first.stderr);
  assert.match(first.stdout, /Table by-command is ready\.\n {2}table: created\n {2}index: created\n/);
  assert.match(first.stderr, /creating the table/);
  const again = await command("--table", "by-command", "--json");
  assert.deepEqual(JSON.parse(again.stdout).table, "found");
});

test("the command ends with 1 when there is no table, with 2 when it is not understood", async () => {
  const refused = await command("--table", "by-command", "--endpoint", "http://127.0.0.1:1");
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /error: the table is not ready: .*ECONNREFUSED/);
  const unknown = await command("--tabel", "x");
  assert.equal(unknown.code, 2);
  assert.match(unknown.stderr, /--tabel[\s\S]*--help/);
  const help = await command("--help");
  assert.equal(help.code, 0);
  assert.match(help.stdout, /Usage: nextjs-dynamodb-cache create-table/);
});
