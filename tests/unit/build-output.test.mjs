// When the build's own output is asked for.

import assert from "node:assert/strict";
import { test } from "node:test";
import { readBuildId } from "../../js/build-output.mjs";
import { DynamoDBCacheHandler } from "../../js/entries/index.mjs";
import runtime from "../../js/runtime/node.mjs";

/** Next's own reader, of a build that has prerendered everything. */
class FileSystemCache {
  async get() {
    return { lastModified: 1, value: { kind: "PAGES", html: "built", pageData: {}, headers: {}, status: 200 } };
  }
}
runtime.require = (id) => {
  if (id.endsWith("/file-system-cache.js")) {
    return { default: FileSystemCache };
  }
  throw new Error(`no ${id}`);
};

/** @param {object[]} items what the table holds */
function handlerOver(items) {
  const Handler = DynamoDBCacheHandler.configure({
    tableName: "t",
    endpoint: "http://127.0.0.1:1",
    region: "eu-central-1",
    credentials: { accessKeyId: "a", secretAccessKey: "b" },
    log: false,
    fetch: async () => new Response(JSON.stringify({ Responses: { t: items }, UnprocessedKeys: {} })),
  });
  return new Handler({ serverDistDir: "/nowhere" });
}

test("a page that nobody has stored is the build's", async () => {
  const found = await handlerOver([]).get("/page", { kind: "PAGES" });
  assert.equal(/** @type {any} */ (found)?.value.html, "built");
});

test("a page whose row cannot be read is not: what was stored is newer", async () => {
  const row = { key: { S: "/page" }, value: { B: "AAAA" } };
  assert.equal(await handlerOver([row]).get("/page", { kind: "PAGES" }), null);
});

test("the id of a build that could not be read once is read again", async () => {
  const { readFile } = runtime;
  try {
    runtime.readFile = async () => null;
    assert.equal(await readBuildId({ serverDistDir: "/built/server" }), null);
    runtime.readFile = async () => new TextEncoder().encode("build-1\n");
    assert.equal(await readBuildId({ serverDistDir: "/built/server" }), "build-1");
  } finally {
    runtime.readFile = readFile;
  }
});
