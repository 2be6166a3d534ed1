// js/runtime/node-core.mjs: the core from the file beside it, or from the bytes that a bundler took along.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** @type {string} */
let folder;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "node core "));
  for (const path of ["package.json", "js", "pkg/core.mjs", "pkg/core.wasm"]) {
    await cp(join(ROOT, path), join(folder, path), { recursive: true });
  }
});

after(() => rm(folder, { recursive: true, force: true }));

const SCRIPT = `
  await import("./js/runtime/node-core.mjs");
  const { compileCore, coreUnderWay } = await import("./js/core.mjs");
  const waited = coreUnderWay() !== undefined;
  await coreUnderWay();
  console.log(waited, WebAssembly.Module.exports(compileCore()).some(({ name }) => name === "core_get"));
`;

const LAMBDA = `
  process.env.AWS_LAMBDA_FUNCTION_NAME = "site";
  const { DynamoDBCacheHandler } = await import("./js/entries/index.mjs");
  const credentials = { accessKeyId: "a", secretAccessKey: "b" };
  const fetch = (_url, { headers }) => {
    console.log(headers["x-amz-target"]);
    process.exit();
  };
  DynamoDBCacheHandler.configure({ tableName: "table", region: "eu-central-1", credentials, log: false, fetch });
`;

async function loaded(script = SCRIPT) {
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", script], { cwd: folder });
  return stdout.trim();
}

test("it is in the file, and there at once; the inlined bytes are not even looked for", async () => {
  assert.equal(await loaded(), "false true");
});

test("without the file it comes from the inlined bytes", async () => {
  await cp(join(ROOT, "pkg/core-inline.mjs"), join(folder, "pkg/core-inline.mjs"));
  await rm(join(folder, "pkg/core.wasm"));
  assert.equal(await loaded(), "true true");
  assert.equal(await loaded(LAMBDA), "DynamoDB_20120810.GetItem", "a function that is warmed up waits for them, too");
});

test("a file of another build is not taken, nor one of somebody else's", async () => {
  const file = await readFile(join(ROOT, "pkg/core.wasm"));
  const anothers = Buffer.from(file);
  anothers.writeUInt8(file.readUInt8(file.length - 1) ^ 1, file.length - 1);
  for (const content of [anothers, Buffer.from("\0asm"), Buffer.alloc(0)]) {
    await writeFile(join(folder, "pkg/core.wasm"), content);
    assert.equal(await loaded(), "true true");
  }
});
