// What each template of infrastructure/ makes, in DynamoDB's and IAM's own words.

import { execFile } from "node:child_process";
import { cp, mkdtemp, readFile, readdir, rm, symlink } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

/** @typedef {import("./installation.mjs").Tools} Tools */
/** @typedef {{ Effect: string, Action: string[], Resource: string[] }} Statement */

/**
 * @typedef {object} Made
 * @property {Record<string, any>} table the input of CreateTable, but for the name
 * @property {{ AttributeName: string, Enabled: boolean }} timeToLive
 * @property {Statement[]} policy in which the table's ARN is TABLE
 */

const FOLDER = join(import.meta.dirname, "../../infrastructure");
const run = promisify(execFile);

/** Runs a Python program of the tools. @param {Tools} tools @param {string[]} args */
export function python({ python: path }, ...args) {
  const env = { ...process.env, PYTHONPATH: path, SAM_CLI_TELEMETRY: "0", AWS_DEFAULT_REGION: "eu-central-1" };
  return run("python3", args, { cwd: FOLDER, env });
}

/**
 * A template of CloudFormation or SAM, read as SAM reads it.
 *
 * @param {Tools} tools
 * @param {string} path in infrastructure/
 */
export async function fromYaml(tools, path) {
  const program = "import sys, json; from samcli.yamlhelper import yaml_parse; print(json.dumps(yaml_parse(open(sys.argv[1]).read())))";
  const { stdout } = await python(tools, "-c", program, path);
  return fromCloudFormation(JSON.parse(stdout));
}

/** What `cdk synth` makes of the CDK application. @param {Tools} tools */
export async function fromCdk({ modules }) {
  const folder = await mkdtemp(join(tmpdir(), "cdk-"));
  try {
    await cp(join(FOLDER, "cdk"), folder, { recursive: true, filter: (path) => !path.includes("node_modules") });
    await symlink(modules, join(folder, "node_modules"));
    const args = [join(modules, "aws-cdk/bin/cdk"), "synth", "--quiet", "--no-notices", "--output", "out"];
    await run(process.execPath, args, { cwd: folder, env: { ...process.env, CI: "1" } });
    return fromCloudFormation(JSON.parse(await readFile(join(folder, "out/NextjsCache.template.json"), "utf8")));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Terraform's module. @param {Tools} tools */
export async function fromTerraform({ modules }) {
  const { parse } = createRequire(`${modules}/`)("@cdktf/hcl2json");
  const folder = join(FOLDER, "terraform");
  const files = (await readdir(folder)).filter((name) => name.endsWith(".tf"));
  const parsed = await Promise.all(files.map(async (name) => parse(name, await readFile(join(folder, name), "utf8"))));
  const { resource, data } = parsed.find((file) => file.resource);
  const [table] = resource.aws_dynamodb_table.cache;
  const [document] = data.aws_iam_policy_document.cache;
  return terraformInTheirWords(table, document, parsed);
}

/**
 * @param {any} table
 * @param {any} document
 * @param {any[]} files of which one has the variables
 * @returns {Made & { variables: string[] }}
 */
function terraformInTheirWords(table, document, files) {
  const hash = (/** @type {string} */ name) => [{ AttributeName: name, KeyType: "HASH" }];
  return {
    variables: files.flatMap(({ variable = {} }) => Object.keys(variable)),
    table: {
      BillingMode: table.billing_mode,
      AttributeDefinitions: table.attribute.map((/** @type {any} */ { name, type }) => ({ AttributeName: name, AttributeType: type })),
      KeySchema: hash(table.hash_key),
      GlobalSecondaryIndexes: table.global_secondary_index.map((/** @type {any} */ index) => ({
        IndexName: index.name,
        KeySchema: hash(index.hash_key),
        Projection: { ProjectionType: index.projection_type },
      })),
    },
    timeToLive: { AttributeName: table.ttl[0].attribute_name, Enabled: table.ttl[0].enabled },
    policy: statements(
      document.statement.map((/** @type {any} */ { effect, actions, resources }) => ({
        Effect: effect,
        Action: actions,
        Resource: resources.map((/** @type {string} */ arn) => arn.replace("${aws_dynamodb_table.cache.arn}", "TABLE")),
      })),
    ),
  };
}

/**
 * @param {any} template
 * @returns {Made}
 */
function fromCloudFormation({ Resources }) {
  const resources = Object.values(/** @type {Record<string, any>} */ (Resources));
  const { TableName: _name, TimeToLiveSpecification, ...table } = resources.find(
    ({ Type }) => Type === "AWS::DynamoDB::Table",
  ).Properties;
  const documents = resources.flatMap(({ Properties = {} }) => [Properties.PolicyDocument, ...[Properties.Policies ?? []].flat()]);
  const document = documents.find((one) => one?.Statement);
  return { table, timeToLive: TimeToLiveSpecification, policy: statements(document.Statement) };
}

/**
 * Statements in one form and order.
 *
 * @param {{ Effect: string, Action: string | string[], Resource: any }[]} given
 * @returns {Statement[]}
 */
export function statements(given) {
  const normal = given.map(({ Effect, Action, Resource, ...rest }) => ({
    ...rest,
    Effect,
    Action: [Action].flat().sort(),
    Resource: [Resource].flat().map(arn),
  }));
  return normal.sort((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b)));
}

/** @param {any} value what CloudFormation would make a string of */
function arn(value) {
  if (typeof value === "string") {
    return value;
  }
  if (value["Fn::GetAtt"]) {
    return [value["Fn::GetAtt"]].flat().at(-1).replace(/^(.*\.)?Arn$/, "TABLE");
  }
  if (value["Fn::Sub"]) {
    return value["Fn::Sub"].replace("${CacheTable.Arn}", "TABLE");
  }
  const [separator, parts] = value["Fn::Join"];
  return parts.map(arn).join(separator);
}
