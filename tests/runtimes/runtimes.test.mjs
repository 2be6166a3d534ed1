// Every runtime that docs/runtimes.md names does what it says there.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { before, test } from "node:test";
import { COLUMNS, fillTable } from "./cells.mjs";
import { markdownOf, withTable } from "./markdown.mjs";
import { RUNTIMES } from "./runtimes.mjs";

const PAGE = new URL("../../docs/runtimes.md", import.meta.url);

/** @type {import("./cells.mjs").Row[]} */
let rows;
before(async () => (rows = await fillTable()));

for (const { name } of RUNTIMES) {
  for (const column of Object.keys(COLUMNS)) {
    test(`${name}: ${column}`, () => {
      const row = rows.find(({ runtime }) => runtime.name === name);
      assert.ok(row);
      assert.equal(row.failures[column] ?? row.failures.loads, undefined);
    });
  }
}

test("docs/runtimes.md holds this table (node tests/runtimes/table.mjs writes it)", async () => {
  const page = await readFile(PAGE, "utf8");
  assert.equal(page, withTable(page, markdownOf(rows)));
});
