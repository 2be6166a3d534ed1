// The tarball as publint and "Are the types wrong?" see it.

import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { pack } from "../../scripts/demo/application.mjs";
import { run } from "../../scripts/demo/processes.mjs";

const ROOT = join(import.meta.dirname, "../..");
const ATTW = join(ROOT, "node_modules/@arethetypeswrong/cli/dist/index.js");

/**
 * What bundlers of edge runtimes take for a module is the file with a query; publint looks for a file of that whole name.
 *
 * @param {import("publint").Message} message
 */
const isQueryOfWasm = ({ code, path }) => code === "FILE_DOES_NOT_EXIST" && path[1] === "./core.wasm?module";

/** @type {string} */
let folder;
/** @type {string} */
let tarball;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "linters-"));
  tarball = await pack(folder);
});
after(() => rm(folder, { recursive: true, force: true }));

test("publint finds nothing, in its strict mode", async () => {
  const { buffer } = new Uint8Array(await readFile(tarball));
  const { messages, pkg = {} } = await publint({ pack: { tarball: buffer }, strict: true });
  const found = messages.filter((message) => !isQueryOfWasm(message));
  assert.deepEqual(found.map((message) => formatMessage(message, pkg)), []);
  assert.equal(messages.length - found.length, 1, "what is left out here is there");
});

test("the types resolve under node16, nodenext and bundler, for each entry", async () => {
  // The profile leaves out two: node10, which knows no `exports`; and require() under node16, since every entry is an ES
  // module, as every version of Next imports it, and Node 20.19 and later give it to require() as well.
  const args = [ATTW, tarball, "--profile", "esm-only", "--format", "ascii", "--no-emoji"];
  const printed = await run(process.execPath, args, { cwd: folder, log: join(folder, "attw.log") });
  assert.match(printed, /nextjs-dynamodb-cache\/slim"\s+node16 \(from ESM\): OK \(ESM\)\s+bundler: OK/);
});
