// A process that uses the cache and has nothing more to do: it ends by itself, and not before its writes are done.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { startStore } from "./instances.mjs";

const execute = promisify(execFile);
const ENTRY = new URL("../../js/entries/index.mjs", import.meta.url).href;
/** Above what a busy machine needs to start Node, below what a connection lives that nobody uses. */
const END_MS = 20_000;

/** @type {Awaited<ReturnType<typeof startStore>>} */
let store;
before(async () => (store = await startStore()));
after(() => store.stop());

test("a script whose set is still under way stores the entry and then ends", async () => {
  const tableName = await store.createTable();
  const options = JSON.stringify({ ...store.connection, tableName });
  /** @param {string} body */
  const script = (body) => `
    import { DynamoDBCacheHandler } from ${JSON.stringify(ENTRY)};
    const Handler = DynamoDBCacheHandler.configure(${options});
    const value = { kind: "FETCH", data: { headers: {}, body: "YQ==", status: 200, url: "" }, revalidate: 60 };
    ${body}`;
  /** @param {string} body */
  const run = (body) =>
    execute(process.execPath, ["--input-type=module", "--eval", script(body)], { timeout: END_MS });
  await run('new Handler().set("key", value, { fetchCache: true, tags: ["tag"] });');
  const { stdout } = await run('console.log((await new Handler().get("key", { kind: "FETCH" }))?.value.data.body);');
  assert.equal(stdout, "YQ==\n");
});
