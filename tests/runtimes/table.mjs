#!/usr/bin/env node
// `node tests/runtimes/table.mjs` tries every runtime and prints the table; with `--write` it keeps it in docs/runtimes.md and
// README.md, with `--check` it fails where they differ, as `npm test` does.

import { parseArgs } from "node:util";
import { ScriptError, runScript } from "../../scripts/command.mjs";
import { fillTable } from "./cells.mjs";
import { differingPages, failuresOf, markdownOf, writePages } from "./markdown.mjs";

await runScript(async () => {
  const { values } = parseArgs({ options: { write: { type: "boolean" }, check: { type: "boolean" } } });
  const rows = await fillTable();
  console.log(markdownOf(rows));
  const failures = failuresOf(rows);
  if (failures.length > 0) {
    throw new ScriptError(`no page was changed:\n\n${failures.join("\n\n")}`);
  }
  if (values.write) {
    await writePages(rows);
  }
  const differing = values.check ? await differingPages(rows) : [];
  if (differing.length > 0) {
    throw new ScriptError(`${differing.join(" and ")}: another table; node tests/runtimes/table.mjs --write puts it right`);
  }
});
