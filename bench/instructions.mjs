#!/usr/bin/env node
// `node bench/instructions.mjs`: instructions of the core's hot paths, counted by callgrind, against those on record. Unlike
// times they are the same on a busy machine. `--record` writes them down.

import { execFileSync, spawnSync } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

const PATHS = ["get", "set", "sign", "key"];
/** Compilers differ a little; this is a change of the code. */
const TOLERANCE = 0.03;
const ROOT = fileURLToPath(new URL("..", import.meta.url));
const RECORD = new URL("instructions.json", import.meta.url);

if (spawnSync("valgrind", ["--version"]).status !== 0) {
  console.error("valgrind is not installed (Debian, Ubuntu: apt-get install valgrind): nothing is counted");
  process.exit(1);
}
execFileSync("cargo", ["build", "--quiet", "--locked", "--profile=simulation", "--example=hot-paths"], { cwd: ROOT, stdio: "inherit" });
const recorded = JSON.parse(await readFile(RECORD, "utf8").catch(() => "{}"));
const counted = Object.fromEntries(PATHS.map((path) => [path, Math.round((instructions(path, 12) - instructions(path, 2)) / 10)]));
console.table(
  PATHS.map((path) => {
    const change = counted[path] / recorded[path] - 1;
    return { path, instructions: counted[path], recorded: recorded[path], change: `${(change * 100).toFixed(1)} %` };
  }),
);
if (process.argv.includes("--record")) {
  await writeFile(RECORD, `${JSON.stringify(counted, null, 2)}\n`);
} else if (PATHS.some((path) => !(counted[path] <= recorded[path] * (1 + TOLERANCE)))) {
  console.error("more instructions than on record: make it cheaper, or record them with --record and say why");
  process.exitCode = 1;
}

/** @param {string} path @param {number} count */
function instructions(path, count) {
  const program = `${ROOT}target/simulation/examples/hot-paths`;
  const options = ["--tool=callgrind", "--callgrind-out-file=/dev/null", program, path, String(count)];
  const { stderr, status } = spawnSync("valgrind", options, { encoding: "utf8" });
  const collected = /Collected : (\d+)/.exec(stderr);
  if (status !== 0 || !collected) {
    throw new Error(`callgrind counted nothing:\n${stderr}`);
  }
  return Number(collected[1]);
}
