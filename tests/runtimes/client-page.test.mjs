// The programs of docs/client.md, as they stand there, each on the runtime that it is for.

import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { createCacheClient } from "../../js/entries/client.mjs";
import { createCacheTable } from "../../js/create-table.mjs";
import { run, stopAll } from "../../scripts/demo/processes.mjs";
import { EMULATOR_CREDENTIALS, startEmulator } from "../emulators.mjs";
import { byWrangler } from "./bundles.mjs";
import { installPackage, installRuntimes, removePackage } from "./installation.mjs";
import { startProgram } from "./runtimes.mjs";

const PAGE = new URL("../../docs/client.md", import.meta.url);
const TABLE = { tableName: "my-app-cache", region: "eu-central-1" };

/** @type {import("./bundles.mjs").Place} */
let place;
/** @type {Awaited<ReturnType<typeof startEmulator>>} */
let emulator;
/** @type {string[]} */
let programs;
/** @type {import("../../types/client.d.ts").CacheClient} an instance of the application */
let application;
/** @type {Record<string, string>} */
let environment;

before(async () => {
  place = { modules: await installRuntimes(), folder: await installPackage() };
  emulator = await startEmulator("dynalite");
  const options = { ...TABLE, endpoint: emulator.endpoint, credentials: EMULATOR_CREDENTIALS, coldTimeoutMs: 10_000 };
  await createCacheTable(options);
  application = createCacheClient({ ...options, readTimeoutMs: 5_000 });
  programs = [...(await readFile(PAGE, "utf8")).matchAll(/^```js\n(.*?)^```/gms)].map(([, program = ""]) => program);
  environment = {
    AWS_ENDPOINT_URL: emulator.endpoint,
    AWS_REGION: TABLE.region,
    AWS_ACCESS_KEY_ID: EMULATOR_CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: EMULATOR_CREDENTIALS.secretAccessKey,
    WEBHOOK_SECRET: "secret",
  };
});
after(async () => {
  await stopAll();
  await emulator.stop();
  await removePackage(place.folder);
});

test("the page has the three programs that are tried here", () => {
  assert.deepEqual(programs.map((program) => /^\/\/ (\S+\.mjs)/.exec(program)?.[1]), [undefined, "webhook.mjs", "function.mjs"]);
});

test("the script revalidates its tag", async () => {
  await application.set("key", "value", { tags: ["posts"] });
  const script = await written("script.mjs", programs[0]);
  await run(process.execPath, [script], { cwd: place.folder, env: environment, log: join(place.folder, "logs/script.log") });
  assert.equal(await application.get("key"), null);
});

test("the Lambda function revalidates the tags of whoever has the secret", async () => {
  Object.assign(process.env, environment, { NEXT_CACHE_DYNAMODB_TABLE: TABLE.tableName });
  const { handler } = await import(pathToFileURL(await written("function.mjs", programs[2])).href);
  const event = { headers: { authorization: "Bearer guessed" }, body: '{ "tags": ["posts"] }' };

  await application.set("key", "value", { tags: ["posts"] });
  assert.deepEqual(await handler(event), { statusCode: 401 });
  assert.ok(await application.get("key"));
  event.headers.authorization = "Bearer secret";
  assert.deepEqual(await handler(event), { statusCode: 200, body: '{"revalidated":["posts"]}' });
  assert.equal(await application.get("key"), null);
});

test("the Worker revalidates the tags of whoever has the secret", async () => {
  await written("webhook.mjs", programs[1]);
  const bindings = JSON.stringify({ ...environment, TABLE: TABLE.tableName });
  const host = [join(place.folder, "miniflare-host.mjs"), place.modules, await byWrangler(place, "webhook.mjs"), bindings];
  const { url } = await startProgram("webhook", [process.execPath, ...host], place);
  const post = (/** @type {string} */ secret) =>
    fetch(url, { method: "POST", headers: { authorization: `Bearer ${secret}` }, body: '{ "tags": ["posts"] }' });

  await application.set("key", "value", { tags: ["posts"] });
  assert.equal((await post("guessed")).status, 401);
  assert.ok(await application.get("key"));
  const response = await post("secret");
  assert.deepEqual([response.status, await response.json()], [200, { revalidated: ["posts"] }]);
  assert.equal(await application.get("key"), null);
  await emulator.stop();
  assert.equal((await post("secret")).status, 503, "without the store");
});

/**
 * @param {string} name
 * @param {string} [program]
 */
async function written(name, program = "") {
  const path = join(place.folder, name);
  await writeFile(path, program);
  return path;
}
