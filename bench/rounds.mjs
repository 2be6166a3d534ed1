// Interleaved rounds: in each, every client runs once in a process of its own; what is told are medians.

import { spawn } from "node:child_process";
import { isAbsolute } from "node:path";
import { fileURLToPath } from "node:url";

const WAYS = {
  "this package": ["get", "get in turns", "set"],
  "this package, memory": ["get"],
  "this package, memory, tagFreshnessMs 1000": ["get"],
  "Next's own, memory": ["get"],
  "floor (node:http)": ["get", "get in turns"],
  "AWS SDK": ["get", "set", "getEntry", "setEntry"],
  "AWS SDK lib-dynamodb": ["get", "set"],
  aws4fetch: ["get", "set"],
  "aws-lite": ["get", "set"],
  redis: ["get", "set"],
};

/**
 * @typedef {object} Settings
 * @property {string[]} [names] of the clients; else all
 * @property {string} endpoint
 * @property {string} [redisUrl]
 * @property {number} rounds
 * @property {Record<string, { warmUpMs: number, operationMs: number }>} spans how long an operation of a page of that size is repeated, untimed and timed
 */

/**
 * @param {Settings} settings
 * @returns {Promise<{ name: string, way: string, size: string, p50Us: number, cpuUs: number, perSecond: number }[]>}
 */
export async function runRounds({ names: wanted = Object.keys(WAYS), rounds, redisUrl, ...settings }) {
  const names = wanted.filter((name) => name !== "redis" || redisUrl);
  const samples = new Map();
  for (let round = 1; round <= rounds; round += 1) {
    console.error(`round ${round} of ${rounds}`);
    // Another one begins each round, so that none always follows the same.
    for (const name of [...names.slice(round % names.length), ...names.slice(0, round % names.length)]) {
      for (const { way, size, ...taken } of await runWorker({ name, redisUrl, ways: WAYS[name], ...settings })) {
        const id = JSON.stringify({ name, way, size });
        samples.set(id, [...(samples.get(id) ?? []), taken]);
      }
    }
  }
  return [...samples].map(([id, taken]) => {
    const of = (field) => median(taken.map((sample) => sample[field]));
    return { ...JSON.parse(id), p50Us: of("p50Us"), cpuUs: of("cpuUs"), perSecond: of("perSecond") };
  });
}

/** @param {number[]} values */
export function median(values) {
  const sorted = values.filter((value) => value !== undefined).sort((a, b) => a - b);
  return sorted[sorted.length >> 1];
}

/** What a script of this folder prints as JSON, on this Node or on another. */
export async function runScript(script, args, options = [], node = process.execPath) {
  const path = isAbsolute(script) ? script : fileURLToPath(new URL(script, import.meta.url));
  const child = spawn(node, [...options, path, ...args], {
    stdio: ["ignore", "pipe", "inherit"],
    // The SDK announces the end of Node 20 at each start.
    env: { ...process.env, NODE_NO_WARNINGS: "1" },
  });
  let printed = "";
  child.stdout.on("data", (chunk) => (printed += chunk));
  const code = await new Promise((resolve) => child.on("close", resolve));
  if (code !== 0) {
    throw new Error(`${script} ${args.join(" ")} ended with ${code}`);
  }
  return JSON.parse(printed);
}

function runWorker(settings) {
  return runScript("worker.mjs", [JSON.stringify(settings)]);
}
