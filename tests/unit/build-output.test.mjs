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
  if (id === "next/package.json") {
    return { version: "16.2.6" };
  }
  throw new Error(`no ${id}`);
};

/**
 * @param {object[]} items what the table holds
 * @param {{ serverDistDir?: string, fetch?: () => Promise<Response> }} [more]
 */
function handlerOver(items, { serverDistDir = "/nowhere", fetch } = {}) {
  const Handler = DynamoDBCacheHandler.configure({
    tableName: "t",
    endpoint: "http://127.0.0.1:1",
    region: "eu-central-1",
    credentials: { accessKeyId: "a", secretAccessKey: "b" },
    log: false,
    fetch: fetch ?? (async () => new Response(JSON.stringify({ Responses: { t: items }, UnprocessedKeys: {} }))),
  });
  return new Handler({ serverDistDir });
}

test("a page that nobody has stored is the build's", async () => {
  const found = await handlerOver([]).get("/page", { kind: "PAGES" });
  assert.equal(/** @type {any} */ (found)?.value.html, "built");
});

test("a page whose row cannot be read is not: what was stored is newer", async () => {
  const row = { key: { S: "/page" }, value: { B: "AAAA" } };
  assert.equal(await handlerOver([row]).get("/page", { kind: "PAGES" }), null);
});

test("where Next would answer a miss with 404, the build's page is served once more, as stale", async () => {
  const { readFile } = runtime;
  const manifest = {
    routes: { "/closed/a": { srcRoute: "/closed/[slug]" }, "/open/a": { srcRoute: "/open/[slug]" } },
    dynamicRoutes: { "/closed/[slug]": { fallback: false }, "/open/[slug]": { fallback: null } },
  };
  try {
    runtime.readFile = async (path) =>
      path === "/closed-build/server/../prerender-manifest.json" ? new TextEncoder().encode(JSON.stringify(manifest)) : null;
    const unavailable = () => Promise.reject(new Error("no network"));
    for (const answer of [undefined, unavailable]) {
      const get = (/** @type {string} */ key) => {
        const row = { key: { S: key }, value: { B: "AAAA" } };
        return handlerOver([row], { serverDistDir: "/closed-build/server", fetch: answer }).get(key, { kind: "PAGES" });
      };
      const found = await get("/closed/a");
      assert.equal(/** @type {any} */ (found)?.value.html, "built");
      assert.equal(found?.lastModified, -1);
      assert.equal(await get("/open/a"), null);
      assert.equal(await get("/closed/none"), null);
    }
  } finally {
    runtime.readFile = readFile;
  }
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
