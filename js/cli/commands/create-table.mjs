// create-table: the table, created or completed.

import { messageOf } from "../../complaints.mjs";
import { createCacheTable } from "../../create-table.mjs";
import { CommandFailure, print, printJson, say } from "../output.mjs";

const LINES = {
  created: "created",
  found: "found as it should be",
  enabled: "enabled",
  unsupported: "not supported by this endpoint, so rows are not removed when they expire",
};

/** @type {import("../main.mjs").CommandFile} */
export const createTable = {
  name: "create-table",
  summary: "create the table, or complete one that is there",
  details: `Key "key", index "tag-index" on "tag", on-demand capacity, TTL on "expiresAt". Running it again changes nothing.

Needs dynamodb:DescribeTable, CreateTable, UpdateTable, DescribeTimeToLive, UpdateTimeToLive.

Example:
  npx nextjs-dynamodb-cache create-table --table my-app-cache --region eu-central-1`,
  async run({ options, table = {} }) {
    const { keyPrefix: _keyPrefix, ...given } = table;
    const report = await createCacheTable({ ...given, onProgress: say }).catch((error) => {
      throw new CommandFailure(`the table is not ready: ${messageOf(error)}`);
    });
    if (options.json) {
      return printJson(report);
    }
    const { tableName, table: made, index, ttl } = report;
    print(`Table ${tableName} is ready.\n  table: ${LINES[made]}\n  index: ${LINES[index]}\n  TTL:   ${LINES[ttl]}`);
  },
};
