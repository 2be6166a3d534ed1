// Runs the steps of a test run one after another, and tells how they went.

import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { countChecks, countTests } from "./counts.mjs";
import { runLogged } from "./processes.mjs";

/**
 * @typedef {object} Step
 * @property {string} name
 * @property {string[][]} commands
 * @property {"cargo" | "node"} [counts] whose summary tells how many tests ran; none: the step is one check
 * @property {Record<string, string>} [env]
 * @property {number} [limitMs] after which it is ended, and has failed
 */

/** @typedef {{ name: string, passed: number, failed: number, ms: number, why?: string }} Result */

const LIMIT_MS = 15 * 60_000;
/** Lines of a failed step's output that are shown. */
const SHOWN_LINES = 150;

/**
 * Runs all of them, also after a failure. The last line printed is the sum.
 *
 * @param {Step[]} steps
 * @param {{ root: string, verbose: boolean }} options
 * @returns {Promise<boolean>} whether everything passed
 */
export async function runSteps(steps, { root, verbose }) {
  const logs = join(root, ".cache", "test-logs");
  await rm(logs, { recursive: true, force: true });
  await mkdir(logs, { recursive: true });
  /** @type {Result[]} */
  const results = [];
  for (const step of steps) {
    const place = `[${results.length + 1}/${steps.length}]`;
    console.log(`${place} ${step.name} …`);
    const logFile = join(logs, `${step.name.replaceAll(/\W+/g, "-").toLowerCase()}.log`);
    const { result, output } = await runStep(step, root, verbose);
    await writeFile(logFile, output);
    results.push(result);
    console.log(`${place} ${lineOf(result)}`);
    if (result.failed > 0 && !verbose) {
      console.log(indented(output.trimEnd().split("\n").slice(-SHOWN_LINES)));
      console.log(`    (all of it: ${logFile})`);
    }
  }
  return summarize(results);
}

/**
 * @param {Step} step
 * @param {string} root
 * @param {boolean} verbose
 */
async function runStep({ name, commands, counts, env = {}, limitMs = LIMIT_MS }, root, verbose) {
  const began = performance.now();
  let output = "";
  /** @type {string | undefined} */
  let why;
  for (const command of commands) {
    const ran = await runLogged(command, { cwd: root, env: { ...process.env, ...env }, limitMs, verbose });
    output += `$ ${command.join(" ")}\n${ran.output}\n`;
    why ??= ran.why;
  }
  const counted = counts ? countTests(counts, output, why) : countChecks(why);
  return { output, result: { name, ms: performance.now() - began, ...counted } };
}

/** @param {Result[]} results */
function summarize(results) {
  const sum = (/** @type {"passed" | "failed" | "ms"} */ field) =>
    results.reduce((total, result) => total + result[field], 0);
  console.log("");
  results.forEach((result) => console.log(lineOf(result)));
  console.log(`${results.length} steps in ${duration(sum("ms"))}\n`);
  console.log(`${sum("passed")} passed, ${sum("failed")} failed`);
  return sum("failed") === 0;
}

/** @param {Result} result */
function lineOf({ name, passed, failed, ms, why }) {
  const counts = `${passed} passed, ${failed} failed`;
  const verdict = failed > 0 ? "FAILED" : "ok    ";
  return `${verdict} ${name.padEnd(32)} ${duration(ms).padStart(10)}  ${counts}${why ? ` (${why})` : ""}`;
}

/** @param {number} ms */
function duration(ms) {
  const seconds = ms / 1000;
  return seconds < 60 ? `${seconds.toFixed(1)} s` : `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
}

/** @param {string[]} lines */
function indented(lines) {
  return lines.map((line) => `    ${line}`).join("\n");
}
