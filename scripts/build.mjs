#!/usr/bin/env node
// `npm run build`: the Rust core to pkg/. Installs what is missing; does nothing when nothing has changed (--force does).

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { runScript } from "./command.mjs";
import { checkBudget, formatSizes } from "./build/budget.mjs";
import { bundleCommander } from "./build/commander.mjs";
import { compileAll } from "./build/compile.mjs";
import { bundleEntries } from "./build/entries.mjs";
import { ensureNodeModules } from "./build/node-modules.mjs";
import { writePackage } from "./build/package.mjs";
import { readSettings } from "./build/settings.mjs";
import { hashInputs, isUpToDate } from "./build/stamp.mjs";
import { ensureTools } from "./build/toolchain.mjs";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

await runScript(() => build(ROOT, { force: process.argv.includes("--force") }));

/**
 * @param {string} root the checkout
 * @param {{ force: boolean }} options
 */
async function build(root, { force }) {
  await ensureNodeModules(root);
  const settings = await readSettings(root);
  const pkg = join(root, "pkg");
  const inputs = await hashInputs(root);
  if (force || !(await isUpToDate(pkg, inputs))) {
    const tools = await ensureTools(settings.tools);
    const compiled = await compileAll(root, join(root, "target"), settings, tools);
    await bundleCommander(root, pkg);
    await writePackage(pkg, compiled, inputs);
  } else {
    console.log("pkg/ is up to date");
  }
  await bundleEntries(root, pkg);
  for (const artifact of settings.artifacts) {
    const wasm = await readFile(join(pkg, `${artifact.name}.wasm`));
    console.log(formatSizes(wasm, artifact));
    checkBudget(wasm, artifact);
  }
}
