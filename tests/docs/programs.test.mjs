// Programs and commands of documents that can be run as they stand there, but for the port of the store.

import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { run } from "../../scripts/demo/processes.mjs";
import { startEmulator } from "../emulators.mjs";
import { ROOT, documents } from "./documents.mjs";

const DOCUMENTS = documents();
const folder = mkdtempSync(join(tmpdir(), "programs-"));
/** @type {Awaited<ReturnType<typeof startEmulator>>} */
let store;
before(async () => {
  store = await startEmulator();
  mkdirSync(join(folder, "node_modules/.bin"), { recursive: true });
  symlinkSync(ROOT, join(folder, "node_modules/nextjs-dynamodb-cache"));
  const command = `#!/bin/sh\nexec ${process.execPath} ${join(ROOT, "js/cli/create-table.mjs")} "$@"\n`;
  writeFileSync(join(folder, "node_modules/.bin/nextjs-dynamodb-cache-create-table"), command, { mode: 0o755 });
});
after(async () => {
  await store?.stop();
  rmSync(folder, { recursive: true, force: true });
});

test("the test program of local development finds what it claims", async () => {
  const program = blockOf("docs/guides/local-development.md", "js", "createCacheTable");
  const file = join(folder, "program.mjs");
  // `console.assert` only prints.
  writeFileSync(file, program.replace("console.assert(", "import assert from 'node:assert';\nassert("));
  await run(process.execPath, [file], { cwd: folder, log: join(folder, "program.log") });
});

test("the commands of local development make the table that the application finds", async () => {
  const commands = blockOf("docs/guides/local-development.md", "sh", "npx next dev");
  // What is installed and started here already.
  const ours = commands.replaceAll(/^(npm install|npx dynalite|npx next dev).*$/gm, "");
  const output = await run("bash", ["-euc", ours], { cwd: folder, log: join(folder, "commands.log") });
  assert.match(output, /Table nextjs-cache is ready/);
});

/**
 * @param {string} path
 * @param {string} language
 * @param {string} part that is in it
 */
function blockOf(path, language, part) {
  const { blocks = [] } = DOCUMENTS.find((document) => document.path === path) ?? {};
  const block = blocks.find(({ language: own, text }) => own === language && text.includes(part));
  assert.ok(block, `${path} has a block of ${language} with ${part}`);
  return block.text.replaceAll("http://127.0.0.1:8000", store.endpoint);
}
