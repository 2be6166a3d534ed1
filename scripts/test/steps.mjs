// Runs the steps of a test run, and tells how they went.

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
 * @property {"Rust" | "emulator"} [lane] it needs none of the other steps, but for those of its lane, and what it names
 * @property {string} [needs] the step of another lane that comes first
 */

/** @typedef {{ name: string, passed: number, failed: number, ms: number, why?: string }} Result */

const LIMIT_MS = 15 * 60_000;
/** Lines of a failed step's output that are shown. */
const SHOWN_LINES = 150;

/**
 * Runs all of them, also after a failure. The last line printed is the sum.
 *
 * @param {Step[]} steps
 * @param {{ root: string, verbose: boolean, sideBySide: boolean }} options `sideBySide`: one after another within a lane,
 *   and the lanes at once
 * @returns {Promise<boolean>} whether everything passed
 */
export async function runSteps(steps, { root, verbose, sideBySide }) {
  const logs = join(root, ".cache", "test-logs");
  await rm(logs, { recursive: true, force: true });
  await mkdir(logs, { recursive: true });
  const began = performance.now();
  /** @type {Map<Step, Result>} */
  const results = new Map();
  /** @param {Step} step */
  const runAndTell = async (step) => {
    const place = `[${steps.indexOf(step) + 1}/${steps.length}]`;
    console.log(`${place} ${step.name} …`);
    const { result, output } = await runStep(step, root, verbose);
    results.set(step, result);
    console.log(`${place} ${lineOf(result)}`);
    const logFile = join(logs, `${step.name.replaceAll(/\W+/g, "-").toLowerCase()}.log`);
    await writeFile(logFile, output);
    if (result.failed > 0 && !verbose) {
      console.log(indented(output.trimEnd().split("\n").slice(-SHOWN_LINES)));
      console.log(`    (all of it: ${logFile})`);
    }
  };
  /** @type {Map<string | undefined, Promise<void>>} by a lane's name, and by a step's */
  const ended = new Map();
  for (const step of steps) {
    const lane = sideBySide ? `lane ${step.lane}` : "the only lane";
    const running = Promise.all([ended.get(lane), ended.get(step.needs)]).then(() => runAndTell(step));
    ended.set(lane, running).set(step.name, running);
  }
  await Promise.all(ended.values());
  return summarize(steps.flatMap((step) => results.get(step) ?? []), performance.now() - began);
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
    const ran = await runLogged(command, { name, cwd: root, env: { ...process.env, ...env }, limitMs, verbose });
    output += `$ ${command.join(" ")}\n${ran.output}\n`;
    why ??= ran.why;
  }
  const counted = counts ? countTests(counts, output, why) : countChecks(why);
  return { output, result: { name, ms: performance.now() - began, ...counted } };
}

/**
 * @param {Result[]} results
 * @param {number} ms
 */
function summarize(results, ms) {
  const sum = (/** @type {"passed" | "failed"} */ field) =>
    results.reduce((total, result) => total + result[field], 0);
  console.log("");
  results.forEach((result) => console.log(lineOf(result)));
  console.log(`${results.length} steps in ${duration(ms)}\n`);
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
