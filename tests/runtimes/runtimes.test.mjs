// Every runtime that docs/runtimes.md and README.md name does what they say.

import assert from "node:assert/strict";
import { before, test } from "node:test";
import { COLUMNS, fillTable } from "./cells.mjs";
import { differingPages } from "./markdown.mjs";
import { RUNTIMES } from "./runtimes.mjs";

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

test("docs/runtimes.md and README.md hold this table (node tests/runtimes/table.mjs --write puts it there)", async () => {
  assert.deepEqual(await differingPages(rows), []);
});
