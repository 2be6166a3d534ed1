#!/usr/bin/env node
// `node tests/runtimes/table.mjs` tries every runtime, prints the table, and keeps it in docs/runtimes.md.

import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { ScriptError, runScript } from "../../scripts/command.mjs";
import { fillTable } from "./cells.mjs";
import { failuresOf, markdownOf, withTable } from "./markdown.mjs";

const PAGE = fileURLToPath(new URL("../../docs/runtimes.md", import.meta.url));

await runScript(async () => {
  const rows = await fillTable();
  const table = markdownOf(rows);
  console.log(table);
  const failures = failuresOf(rows);
  if (failures.length > 0) {
    throw new ScriptError(`docs/runtimes.md is left as it was:\n\n${failures.join("\n\n")}`);
  }
  await writeFile(PAGE, withTable(await readFile(PAGE, "utf8"), table));
});
