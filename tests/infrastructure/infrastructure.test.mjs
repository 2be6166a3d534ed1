// The templates of infrastructure/: by their own tools, and against the table that the package makes and the policy
// that it documents.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { createCacheTable } from "../../js/create-table.mjs";
import { EMULATOR_CREDENTIALS, startEmulator } from "../emulators.mjs";
import { send } from "../integration/raw.mjs";
import { installTools } from "./installation.mjs";
import { fromCdk, fromTerraform, fromYaml, python, statements } from "./templates.mjs";

const CLOUDFORMATION = "cloudformation/cache-table.yaml";
const SAM = "sam/template.yaml";
const README = readFileSync(new URL("../../README.md", import.meta.url), "utf8");

/** @type {import("./installation.mjs").Tools} */
let tools;
/** @type {Awaited<ReturnType<typeof startEmulator>>} */
let store;
before(async () => {
  tools = await installTools();
  store = await startEmulator("dynamodb-local");
});
after(() => store?.stop());

test("cfn-lint has nothing to say about the templates", async () => {
  const program = "import sys; from cfnlint.runner import main; sys.exit(main())";
  await python(tools, "-c", program, "--include-checks", "I", "--ignore-checks", "I3042", "--", CLOUDFORMATION, SAM).catch((error) => {
    assert.fail(error.stdout || error.stderr);
  });
});

test("sam validate accepts the template of SAM", async () => {
  const { stdout } = await python(tools, "-m", "samcli", "validate", "--lint", "-t", SAM);
  assert.match(stdout, /is a valid SAM Template/);
});

/** @type {Record<string, () => Promise<import("./templates.mjs").Made>>} */
const TEMPLATES = {
  CloudFormation: () => fromYaml(tools, CLOUDFORMATION),
  SAM: () => fromYaml(tools, SAM),
  CDK: () => fromCdk(tools),
  Terraform: () => fromTerraform(tools),
};

for (const [name, make] of Object.entries(TEMPLATES)) {
  test(`${name} makes the table that create-table makes, and the documented policy`, async () => {
    const made = await make();
    const connection = { endpoint: store.endpoint, region: "eu-central-1", credentials: EMULATOR_CREDENTIALS, log: false };
    const [ours, theirs] = [`ours-${name}`, `theirs-${name}`];
    await createCacheTable({ ...connection, tableName: ours });
    await send(store.endpoint, "CreateTable", { ...made.table, TableName: theirs });
    const TimeToLiveSpecification = made.timeToLive;
    await send(store.endpoint, "UpdateTimeToLive", { TableName: theirs, TimeToLiveSpecification });

    assert.deepEqual(await described(theirs), await described(ours));
    const report = await createCacheTable({ ...connection, tableName: theirs });
    assert.deepEqual(report, { tableName: theirs, table: "found", index: "found", ttl: "found" });
    assert.deepEqual(made.policy, documentedPolicy());
  });
}

/** @param {string} TableName */
async function described(TableName) {
  const { Table } = await send(store.endpoint, "DescribeTable", { TableName });
  const { TimeToLiveDescription } = await send(store.endpoint, "DescribeTimeToLive", { TableName });
  const byName = (/** @type {any} */ a, /** @type {any} */ b) => a.AttributeName.localeCompare(b.AttributeName);
  return {
    KeySchema: Table.KeySchema,
    AttributeDefinitions: Table.AttributeDefinitions.sort(byName),
    BillingMode: Table.BillingModeSummary.BillingMode,
    ProvisionedThroughput: Table.ProvisionedThroughput.ReadCapacityUnits,
    StreamSpecification: Table.StreamSpecification,
    GlobalSecondaryIndexes: Table.GlobalSecondaryIndexes.map((/** @type {any} */ { IndexName, KeySchema, Projection }) => ({
      IndexName,
      KeySchema,
      Projection,
    })),
    TimeToLiveDescription,
  };
}

/** The first of the README, which tests/integration compares with what is sent. */
function documentedPolicy() {
  const [, json = ""] = /```json\n(\{\n {2}"Version": "2012-10-17"[\s\S]*?)```/.exec(README) ?? [];
  const { Statement } = JSON.parse(json.replaceAll("arn:aws:dynamodb:REGION:ACCOUNT:table/my-app-cache", "TABLE"));
  return statements(Statement);
}
