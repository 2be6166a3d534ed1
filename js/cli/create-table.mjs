#!/usr/bin/env node
// npx nextjs-dynamodb-cache-create-table: the table from the command line.

import { parseArgs } from "node:util";
import { messageOf } from "../complaints.mjs";
import { createCacheTable } from "../create-table.mjs";

const HELP = `Usage: npx nextjs-dynamodb-cache-create-table [options]

Creates the DynamoDB table of nextjs-dynamodb-cache, or completes one that is there: key "key", index "tag-index" on
"tag", on-demand capacity, TTL on "expiresAt". Running it again changes nothing.

Options:
  --table NAME      the table           (default: NEXT_CACHE_DYNAMODB_TABLE, else nextjs-cache)
  --region NAME     the AWS region      (default: NEXT_CACHE_AWS_REGION, AWS_REGION, AWS_DEFAULT_REGION)
  --endpoint URL    a local emulator    (default: AWS_ENDPOINT_URL_DYNAMODB, AWS_ENDPOINT_URL, else AWS's)
  --index NAME      the tag index       (default: tag-index)
  --json            print the report as one line of JSON
  --help            this text

Credentials are found as AWS's own SDKs find them: environment, profile, SSO, web identity, container, instance.
They need: dynamodb:DescribeTable, CreateTable, UpdateTable, DescribeTimeToLive, UpdateTimeToLive.

Exit codes: 0 the table is ready; 1 it is not, and the last line says why; 2 the command line is wrong.
`;

process.exitCode = await main(process.argv.slice(2));

/** @param {string[]} argv */
async function main(argv) {
  let options;
  try {
    options = parse(argv);
  } catch (error) {
    console.error(`${messageOf(error)}\n\n${HELP}`);
    return 2;
  }
  if (options.help) {
    console.log(HELP);
    return 0;
  }
  try {
    const report = await createCacheTable({
      ...(options.table !== undefined && { tableName: options.table }),
      ...(options.region !== undefined && { region: options.region }),
      ...(options.endpoint !== undefined && { endpoint: options.endpoint }),
      ...(options.index !== undefined && { tagIndexName: options.index }),
      onProgress: (line) => console.error(line),
    });
    console.log(options.json ? JSON.stringify(report) : summary(report));
    return 0;
  } catch (error) {
    console.error(`The table is not ready: ${messageOf(error)}`);
    return 1;
  }
}

/** @param {string[]} args */
function parse(args) {
  const { values } = parseArgs({
    args,
    options: {
      table: { type: "string" },
      region: { type: "string" },
      endpoint: { type: "string" },
      index: { type: "string" },
      json: { type: "boolean" },
      help: { type: "boolean", short: "h" },
    },
  });
  return values;
}

/** @param {import("../../types/create-table.d.ts").CreateCacheTableReport} report */
function summary({ tableName, table, index, ttl }) {
  const lines = {
    created: "created",
    found: "found as it should be",
    enabled: "enabled",
    unsupported: "not supported by this endpoint, so rows are not removed when they expire",
  };
  return [
    `Table ${tableName} is ready.`,
    `  table: ${lines[table]}`,
    `  index: ${lines[index]}`,
    `  TTL:   ${lines[ttl]}`,
  ].join("\n");
}
