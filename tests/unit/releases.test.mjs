// Copies of the package in one process, as bundlers make them: of one release they share a cache, of two they do not.

import assert from "node:assert/strict";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { buildId } from "../../pkg/core.mjs";

const OPTIONS = {
  tableName: "cache",
  region: "eu-central-1",
  endpoint: "http://localhost:1",
  credentials: { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret" },
  fetch: () => Promise.reject(new Error("there is nothing")),
  log: false,
};

test("copies of one release share a cache, and another release has its own", async (context) => {
  const folder = await mkdtemp(join(tmpdir(), "releases-"));
  context.after(() => rm(folder, { recursive: true, force: true }));
  const library = await readFile(new URL("../../pkg/node/library.mjs", import.meta.url), "utf8");
  /** @param {string} name @param {string} text @returns {Promise<typeof import("../../types/index.d.ts")>} */
  const copy = async (name, text) => {
    await mkdir(join(folder, name, "pkg/node"), { recursive: true });
    const path = join(folder, name, "pkg/node/library.mjs");
    await writeFile(path, text);
    const inline = new URL("../../pkg/core-inline.mjs", import.meta.url);
    await writeFile(join(folder, name, "pkg/core-inline.mjs"), `export * from ${JSON.stringify(inline)};`);
    return import(pathToFileURL(path).href);
  };
  const [one, same, other] = await Promise.all([
    copy("one", library),
    copy("same", library),
    copy("other", library.replaceAll(buildId, "0123456789abcdef")),
  ]);
  const [first, second, third] = [one, same, other].map(({ DynamoDBCacheHandler }) => DynamoDBCacheHandler.configure(OPTIONS));
  assert.equal(await new (first ?? assert.fail())().get("/page", { kind: "APP_PAGE" }), null);
  assert.equal(first?.stats().operations.degraded, 1);
  assert.equal(second?.stats().operations.degraded, 1);
  assert.equal(third?.stats().operations.degraded, 0);
});
