#!/usr/bin/env node
// Two builds of this package side by side: `node bench/compare.mjs OTHER`, where OTHER is another checkout of it that is built,
// such as `git worktree add ../before HEAD~1`. What is told is what this checkout takes of what the other takes, so under 1 is better.
//
// Operations of both run in one process in turns: whatever the machine does meanwhile, it does to both, which tells apart what
// differs by a hundredth. First answers are processes in turns. `--only cold|warm`, `--rounds N`, `--node PROGRAM` (repeatable).

import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { SIZES, pageOf } from "./pages.mjs";
import { median, runScript } from "./rounds.mjs";
import { startStub } from "./stub-dynamodb.mjs";

const HERE = fileURLToPath(new URL(".", import.meta.url));
const WARM_UP_CALLS = 3_000;
const BLOCK_MS = 40;

/** @type {{ title: string, way: "get" | "set", size: string, options: object }[]} */
const OPERATIONS = [
  { title: "get 10 KB", way: "get", size: "10 KB", options: { memoryMaxBytes: 0 } },
  { title: "get 50 KB", way: "get", size: "50 KB", options: { memoryMaxBytes: 0 } },
  { title: "get and set 10 KB", way: "set", size: "10 KB", options: { memoryMaxBytes: 0 } },
  { title: "get from memory, strict", way: "get", size: "10 KB", options: {} },
  { title: "get from memory, tagFreshnessMs 1000", way: "get", size: "10 KB", options: { tagFreshnessMs: 1_000 } },
];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { only: { type: "string" }, rounds: { type: "string" }, node: { type: "string", multiple: true } },
});
const [other] = positionals;
if (!other) {
  console.error("node bench/compare.mjs OTHER: the path of another checkout that is built");
  process.exit(2);
}
const folders = [HERE, `${resolve(other)}/bench/`];
for (const folder of folders) {
  if (!existsSync(`${folder}../pkg/node/index.mjs`)) {
    console.error(`${resolve(folder, "..")} is not built: npm run build, in it`);
    process.exit(2);
  }
}
const rounds = Number(values.rounds ?? 60);
const stub = await startStub();
try {
  if (values.only !== "cold") {
    console.table(await compareOperations());
  }
  if (values.only !== "warm") {
    for (const program of values.node ?? [process.execPath]) {
      console.table(await compareFirstAnswers(program));
    }
  }
} finally {
  stub.stop();
}
process.exit();

/** CPU of the whole process, threads included. */
async function compareOperations() {
  const builds = await Promise.all(folders.map((folder) => import(`${folder}clients/own.mjs`)));
  const rows = [];
  for (const { title, way, size, options } of OPERATIONS) {
    const page = pageOf(SIZES[size]);
    const calls = [];
    await stub.control("/record");
    const clients = builds.map(({ own }) => own(stub.url, options));
    // Once, so that both find the same.
    await clients[0].set(size, page);
    for (const client of clients) {
      await client.get(size);
      calls.push(way === "get" ? () => client.get(size) : () => client.set(size, page));
    }
    await stub.control("/replay");
    for (let call = 0; call < WARM_UP_CALLS; call++) {
      await calls[call % 2]();
    }
    const samples = [];
    for (let round = 0; round < rounds; round++) {
      // Another one begins each time.
      const order = round % 2 ? [1, 0] : [0, 1];
      const took = [];
      for (const index of order) {
        took[index] = await cpuUsOf(calls[index]);
      }
      samples.push(took);
    }
    rows.push({ operation: title, ...summary(samples) });
  }
  return rows;
}

/** @param {() => Promise<unknown>} call */
async function cpuUsOf(call) {
  const before = process.cpuUsage();
  const until = performance.now() + BLOCK_MS;
  let calls = 0;
  do {
    await call();
    calls++;
  } while (performance.now() < until);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / calls;
}

/**
 * CPU, ms, and peak memory, MB, over those of a bare process.
 *
 * @param {string} program a Node
 */
async function compareFirstAnswers(program) {
  await stub.control("/record");
  const { own } = await import("./clients/own.mjs");
  await own(stub.url, {}).set("10 KB", pageOf(SIZES["10 KB"]));
  await own(stub.url, { memoryMaxBytes: 0 }).get("10 KB");
  await stub.control("/replay");
  const samples = { cpuMs: [], peakMb: [] };
  const bare = { cpuMs: [], peakMb: [] };
  for (let round = 0; round < rounds; round++) {
    const took = [];
    for (const index of round % 2 ? [1, 0] : [0, 1]) {
      took[index] = await runScript(`${folders[index]}cold.mjs`, ["this package", stub.url], [], program);
    }
    const floor = await runScript("cold.mjs", ["bare"], [], program);
    for (const field of Object.keys(samples)) {
      samples[field].push(took.map((sample) => sample[field]));
      bare[field].push(floor[field]);
    }
  }
  return Object.entries(samples).map(([field, taken]) => {
    const floor = median(bare[field]);
    return { "first answer": field, node: program, bare: round3(floor), ...summary(taken.map((pair) => pair.map((value) => value - floor))) };
  });
}

/**
 * @param {number[][]} samples this checkout's and the other's, of one round each
 */
function summary(samples) {
  const ratios = samples.map(([ours, theirs]) => ours / theirs).sort((a, b) => a - b);
  const at = (part) => round3(ratios[Math.min(ratios.length - 1, Math.floor(ratios.length * part))]);
  // What the medians of ratios of other such runs would mostly lie between, for these many rounds.
  const spread = 0.98 / Math.sqrt(ratios.length);
  return {
    this: round3(median(samples.map(([ours]) => ours))),
    other: round3(median(samples.map(([, theirs]) => theirs))),
    ratio: at(0.5),
    "95 % between": `${at(0.5 - spread)} and ${at(0.5 + spread)}`,
  };
}

/** @param {number} value */
function round3(value) {
  return Number(value.toPrecision(3));
}
