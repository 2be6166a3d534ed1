#!/usr/bin/env node
// `npm test` and `npm run test:fast`: every check and test, from a clean clone. `--only NAME` runs the steps whose
// name contains NAME; `--verbose` shows what they print, which else goes to .cache/test-logs/.

import { existsSync } from "node:fs";
import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { ensureTarget } from "./build/toolchain.mjs";
import { ScriptError, runScript } from "./command.mjs";
import { checkPrerequisites } from "./test/prerequisites.mjs";
import { runSteps } from "./test/steps.mjs";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const NODE = process.execPath;
const MINUTE_MS = 60_000;
/** Of clippy and of all tests natively: the one that the simulation needs, so that dependencies are compiled once. */
const PROFILE = "--profile=simulation";

/** What `npm test` runs, in this order; `fast: false` is left out of `npm run test:fast`. */
/** @type {(import("./test/steps.mjs").Step & { fast?: boolean })[]} */
const STEPS = [
  { name: "build", commands: [[NODE, "scripts/build.mjs"]], limitMs: 30 * MINUTE_MS },
  { name: "reproducible build", commands: [[NODE, "scripts/reproducible.mjs"]], fast: false },
  { name: "rustfmt", lane: "Rust", commands: [["cargo", "fmt", "--check"]] },
  { name: "clippy", lane: "Rust", commands: [["cargo", "clippy", "--locked", PROFILE, "--all-targets", "--", "-Dwarnings"]] },
  { name: "eslint", commands: [[NODE, "node_modules/eslint/bin/eslint.js", "--max-warnings=0", "."]] },
  { name: "tsc", commands: [[NODE, "node_modules/typescript/bin/tsc", "--project", "."]] },
  { name: "Rust unit tests", lane: "Rust", commands: [cargoTest("--lib"), cargoTest("--doc")], counts: "cargo" },
  { name: "Rust integration tests", lane: "Rust", commands: [cargoTest(...(await integrationTargets()))], counts: "cargo" },
  { name: "simulation", lane: "Rust", commands: [cargoTest("--test=simulation")], counts: "cargo", env: seeds() },
  {
    name: "clippy for wasm",
    lane: "Rust",
    commands: [clippyForWasm("admin,cache,chain"), ...(await featuresOfArtifacts()).map(clippyForWasm)],
  },
  { name: "JavaScript unit tests", commands: await nodeTests("unit"), counts: "node" },
  {
    name: "integration with dynalite",
    lane: "emulator",
    needs: "build",
    commands: await nodeTests("integration"),
    counts: "node",
    env: on("dynalite"),
  },
  {
    name: "integration with DynamoDB Local",
    commands: await nodeTests("integration"),
    counts: "node",
    env: on("dynamodb-local"),
    fast: false,
  },
  { name: "signatures before moto", commands: await nodeTests("signatures"), counts: "node", fast: false },
  { name: "docs", commands: await nodeTests("docs"), counts: "node", fast: false },
  { name: "infrastructure", commands: await nodeTests("infrastructure"), counts: "node", fast: false },
  { name: "benchmark counts", commands: await nodeTests("benchmarks"), counts: "node" },
  { name: "command line", commands: await nodeTests("cli"), counts: "node", env: on("dynalite") },
  { name: "pack and install", commands: await nodeTests("pack"), counts: "node" },
  {
    name: "runtimes",
    commands: await nodeTests("runtimes"),
    counts: "node",
    limitMs: 10 * MINUTE_MS,
    fast: false,
  },
  { name: "end to end", commands: await nodeTests("e2e"), counts: "node", limitMs: 20 * MINUTE_MS, fast: false },
  { name: "examples", commands: await nodeTests("examples"), counts: "node", fast: false },
  { name: "faults", commands: await nodeTests("faults"), counts: "node", limitMs: 10 * MINUTE_MS, fast: false },
  { name: "soak", commands: await nodeTests("soak"), counts: "node", fast: false },
  {
    name: "conformance with each Next",
    commands: await nodeTests("conformance"),
    counts: "node",
    limitMs: 20 * MINUTE_MS,
    fast: false,
  },
  {
    name: "applications of each Next",
    commands: await nodeTests("versions"),
    counts: "node",
    limitMs: 30 * MINUTE_MS,
    fast: false,
  },
];

await runScript(main);

async function main() {
  const { values } = parseArgs({
    options: { fast: { type: "boolean" }, only: { type: "string" }, verbose: { type: "boolean" } },
  });
  const { only = "", fast = false, verbose = false } = values;
  const steps = STEPS.filter((step) => step.name.includes(only) && (step.fast !== false || !fast));
  if (steps.length === 0) {
    throw new ScriptError(`no step is named ${only}; the steps are ${STEPS.map(({ name }) => name).join(", ")}`);
  }
  checkPrerequisites();
  // Clippy needs it too, and may come before the build.
  await ensureTarget();
  // What measures time is in the whole run, and wants the machine for itself; two outputs at once nobody can read.
  const passed = await runSteps(steps, { root: ROOT, verbose, sideBySide: fast && !verbose });
  process.exitCode = passed ? 0 : 1;
}

/** @param {string[]} args */
function cargoTest(...args) {
  return ["cargo", "test", "--locked", PROFILE, ...args];
}

/**
 * With the build's profile: it has compiled the macros.
 *
 * @param {string} features of the crate, that the module has
 */
function clippyForWasm(features) {
  const options = ["--locked", "--release", "--lib", "--target=wasm32-unknown-unknown", "--no-default-features", `--features=${features}`];
  return ["cargo", "clippy", ...options, "--", "-Dwarnings"];
}

/** Of each module in wasm-pack.toml. It is read without a parser, which is not there before the build has installed it. */
async function featuresOfArtifacts() {
  const settings = await readFile(join(ROOT, "wasm-pack.toml"), "utf8");
  return [...settings.matchAll(/^features = \[(.*)\]$/gm)].map(([, list = ""]) => list.replaceAll(/["\s]/g, ""));
}

/** What cargo finds in tests/; the simulation has a step of its own, with its own profile. */
async function integrationTargets() {
  const entries = await readdir(join(ROOT, "tests"), { withFileTypes: true });
  const isTarget = (/** @type {import("node:fs").Dirent} */ entry) =>
    entry.isDirectory() ? existsSync(join(ROOT, "tests", entry.name, "main.rs")) : entry.name.endsWith(".rs");
  const names = entries.filter(isTarget).map(({ name }) => name.replace(/\.rs$/, ""));
  return names.filter((name) => name !== "simulation").map((name) => `--test=${name}`);
}

/** The quick run tries fewer histories. */
function seeds() {
  return { SIM_SEEDS: process.env.SIM_SEEDS ?? (process.argv.includes("--fast") ? "1000" : "10000") };
}

/** @param {"dynalite" | "dynamodb-local"} emulator the one that tests/emulators.mjs starts */
function on(emulator) {
  return { TEST_EMULATOR: emulator };
}

/**
 * The files are named one by one, since Node's versions differ in what they make of a folder, and make of no name at
 * all every test that there is.
 *
 * @param {string} folder of tests/
 * @returns {Promise<string[][]>} no command where there is no test
 */
async function nodeTests(folder) {
  const path = join("tests", folder);
  const names = existsSync(join(ROOT, path)) ? await readdir(join(ROOT, path)) : [];
  const files = names.filter((name) => name.endsWith(".test.mjs")).map((name) => join(path, name));
  const options = ["--test", "--test-reporter=spec", "--test-concurrency=1"];
  return files.length > 0 ? [[NODE, ...options, ...files.sort()]] : [];
}
