// Where the core cannot run, the first call says why, and nothing breaks.

import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { stopAll } from "../../scripts/demo/processes.mjs";
import { forEdgeRuntime, forWorkerd } from "./bundles.mjs";
import { installPackage, installRuntimes, removePackage } from "./installation.mjs";
import { startProgram } from "./runtimes.mjs";

/** @type {import("./bundles.mjs").Place} */
let place;
before(async () => (place = { modules: await installRuntimes(), folder: await installPackage() }));
after(async () => {
  await stopAll();
  await removePackage(place.folder);
});

test("a runtime without WebAssembly, as Fastly's and LLRT are, is told so", async () => {
  const script = await forEdgeRuntime(place, "refusing-edge.mjs");
  const { url } = await startProgram("without", [process.execPath, "edge-host.mjs", place.modules, script], place);
  await isRefused(url, /^nextjs-dynamodb-cache needs WebAssembly, and this runtime has none$/);
});

test("a Worker that was bundled without the condition workerd is told that nothing compiles from bytes there", async () => {
  const args = ["serve", "--control-fd=1", await forWorkerd(place, "refusing-worker.mjs", [])];
  const { url } = await startProgram("refusing", [join(place.modules, ".bin/workerd"), ...args], place);
  await isRefused(url, /^this runtime refuses to compile the WebAssembly of nextjs-dynamodb-cache: .*disallowed by embedder/);
});

/**
 * @param {string} url
 * @param {RegExp} why
 */
async function isRefused(url, why) {
  const { got, rejected, lines } = await (await fetch(url)).json();
  assert.deepEqual(got, [null, null, false]);
  assert.match(rejected, why);
  const said = new RegExp(why.source.replace(/^\^/, ""));
  assert.ok(lines.some((/** @type {string} */ line) => said.test(line)), lines.join("\n"));
}
