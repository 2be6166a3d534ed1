#!/usr/bin/env node
// `npm run bench`: this package against what else one could use, on the same stub of DynamoDB and with the same pages.
// It takes about half an hour; `--quick` two minutes, and writes no page. `--rounds N` changes the number of rounds; `--render` writes
// the page of the last run anew; `--profile` writes docs/profiles.md.

import { execFile, spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import os from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs, promisify } from "node:util";
import { installRuntimes } from "../tests/runtimes/installation.mjs";
import { nextModules } from "./clients/next-memory.mjs";
import { runColdStarts } from "./cold-starts.mjs";
import { count } from "./counts.mjs";
import { judge, verdict } from "./goals.mjs";
import { installedSize } from "./installed.mjs";
import { countPeers } from "./peer-counts.mjs";
import { profile, profilesPage } from "./profile.mjs";
import { markdown, readmeTable, svg } from "./report.mjs";
import { runRounds, runScript } from "./rounds.mjs";
import { startStub } from "./stub-dynamodb.mjs";
import { wasmParts } from "./wasm-parts.mjs";

const HERE = fileURLToPath(new URL(".", import.meta.url));
const ROOT = fileURLToPath(new URL("..", import.meta.url));
/**
 * How long an operation is repeated, untimed and timed. A server lives for hours, and the first calls are the cold start's. V8 goes on
 * compiling, in threads of its own, until an operation was called some thousands of times: the CPU of each client's get halves
 * meanwhile. After the first size there is little left to compile.
 */
const SPANS = {
  "10 KB": { warmUpMs: 4_000, operationMs: 1_500 },
  "50 KB": { warmUpMs: 1_000, operationMs: 1_500 },
  "300 KB": { warmUpMs: 250, operationMs: 500 },
  "1.5 MB": { warmUpMs: 250, operationMs: 500 },
};
const QUICK_SPANS = { "10 KB": { warmUpMs: 50, operationMs: 100 }, "50 KB": { warmUpMs: 50, operationMs: 100 } };
/** The clients that goals name: a quick run prints nothing of the others. */
const IN_GOALS = ["this package", "this package, memory, tagFreshnessMs 1000", "Next's own, memory", "floor (node:http)", "AWS SDK"];
const README_BLOCK = /(<!-- benchmarks -->\n).*(\n<!-- end of benchmarks -->)/s;
const { values } = parseArgs({
  options: { quick: { type: "boolean" }, rounds: { type: "string" }, render: { type: "boolean" }, profile: { type: "boolean" } },
});

if (values.render) {
  await render(JSON.parse(await readFile(`${HERE}.cache/results.json`, "utf8")));
  process.exit();
}
await prepare();
const stub = await startStub();
if (values.profile) {
  await writeFile(`${ROOT}docs/profiles.md`, profilesPage(await profile(stub).finally(() => stub.stop())));
  process.exit();
}
const redis = values.quick ? undefined : await startRedis();
try {
  const results = await measure();
  await writeFile(`${HERE}.cache/results.json`, JSON.stringify(results, null, 2));
  const rows = judge(results);
  console.table(rows.map((row) => ({ ...pick(row), verdict: verdict(row) })));
  if (!values.quick) {
    await render(results);
    console.log("docs/benchmarks.md, docs/benchmarks.svg, docs/profiles.md and their part of README.md are written");
  }
} finally {
  stub.stop();
  redis?.stop();
}

/** Writes what is published. */
async function render(results) {
  const rows = judge(results);
  await writeFile(`${ROOT}docs/benchmarks.md`, markdown({ rows, results }));
  await writeFile(`${ROOT}docs/profiles.md`, profilesPage(results.profiles));
  await writeFile(`${ROOT}docs/benchmarks.svg`, svg(results.timings));
  const readme = await readFile(`${ROOT}README.md`, "utf8");
  await writeFile(`${ROOT}README.md`, readme.replace(README_BLOCK, (_, begin, end) => begin + readmeTable(rows) + end));
}

async function measure() {
  console.error("counts");
  const counts = await count(stub);
  const peers = await countPeers(stub, values.quick ? IN_GOALS : undefined);
  const sdk = await installedSize("@aws-sdk/client-dynamodb", HERE);
  console.error("cold starts");
  const coldStarts = await runColdStarts(stub, values.quick ? 3 : rounds(), await nodes());
  console.error("memory and signing");
  const memory = await memoryOf("this package");
  const sdkMemory = values.quick ? undefined : await memoryOf("AWS SDK");
  const signing = await runScript("signing.mjs", []);
  const timings = await runRounds({
    names: values.quick ? IN_GOALS : undefined,
    endpoint: stub.url,
    redisUrl: redis?.url,
    rounds: rounds(),
    spans: spans(),
  });
  const profiles = values.quick ? [] : await profile(stub);
  const run = { rounds: rounds(), spans: spans(), machine: machine() };
  const sizes = { packed: await packed(), parts: await wasmParts() };
  return { run, counts, peers, sdk, coldStarts, memory, sdkMemory, signing, timings, profiles, ...sizes };
}

/** @param {string} name of a client */
function memoryOf(name) {
  return runScript("memory.mjs", [name, stub.url], ["--expose-gc"]);
}

function rounds() {
  return Number(values.rounds ?? (values.quick ? 3 : 9));
}

function spans() {
  return values.quick ? QUICK_SPANS : SPANS;
}

/** What it ran on. */
function machine() {
  const cpu = os.cpus()[0]?.model.trim() || os.arch();
  const memory = Math.round(os.totalmem() / 2 ** 30);
  const load = os.loadavg().map((value) => value.toFixed(1));
  return `${os.cpus().length} × ${cpu}, ${memory} GB, ${os.type()}, Node ${process.version}; load average at the end ${load.join(", ")}.`;
}

/** Builds the package and installs the alternatives, where that has not been done. */
async function prepare() {
  const steps = [
    [`${ROOT}pkg/core.wasm`, process.execPath, [`${ROOT}scripts/build.mjs`]],
    [`${HERE}node_modules/esbuild`, "npm", ["install", "--no-audit", "--no-fund", "--package-lock=false"]],
  ];
  for (const [made, command, args] of steps) {
    if (!existsSync(made) && spawnSync(command, args, { cwd: HERE, stdio: "inherit" }).status !== 0) {
      throw new Error(`${command} ${args.join(" ")} failed`);
    }
  }
  await nextModules();
}

/** What cold starts are measured on: the Nodes on which the tests run the package; in a quick run this one. */
async function nodes() {
  if (values.quick) {
    return [{ name: process.versions.node.split(".", 1)[0], program: process.execPath }];
  }
  const modules = await installRuntimes();
  return ["20", "22", "24"].map((name) => ({ name, program: `${modules}/node${name}/bin/node` }));
}

/** redis-server, where it is installed. */
async function startRedis() {
  const port = await freePort();
  const child = spawn("redis-server", ["--port", String(port), "--save", "", "--appendonly", "no"], { stdio: "ignore" });
  const started = await new Promise((resolve) => {
    child.on("error", () => resolve(false));
    setTimeout(() => resolve(child.exitCode === null), 1_000);
  });
  if (!started) {
    console.error("redis-server is not installed: its rows are left out");
    return undefined;
  }
  return { url: `redis://127.0.0.1:${port}`, stop: () => child.kill() };
}

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.on("listening", resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** What `npm pack` would publish. */
async function packed() {
  const args = ["pack", "--dry-run", "--json", "--ignore-scripts"];
  const { stdout } = await promisify(execFile)("npm", args, { cwd: ROOT, maxBuffer: 2 ** 26 });
  const [{ unpackedSize }] = JSON.parse(stdout);
  const { dependencies = {} } = JSON.parse(await readFile(`${ROOT}package.json`, "utf8"));
  return { unpackedBytes: unpackedSize, dependencies: Object.keys(dependencies).length };
}

function pick({ what, beats, shown, shownGoal }) {
  return { what, "compared with": beats, figure: shown, goal: shownGoal };
}
