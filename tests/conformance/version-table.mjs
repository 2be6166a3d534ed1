#!/usr/bin/env node
// Prints what the README's version table says: per version of Next, how many checks passed and which failed.
// node tests/conformance/version-table.mjs [--next VERSION] [--only PART-OF-A-NAME] [--control]

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { startEmulator } from "../emulators.mjs";
import { startEnvironment } from "./environment.mjs";
import { EMULATOR, controlsOf, testsOf } from "./suite.mjs";
import { VERSIONS } from "./versions.mjs";
import { nextOf } from "./words.mjs";

/** @typedef {string} Version */
/** @typedef {import("./suite.mjs").Test} Test */
/** @typedef {{ test: Test, error: unknown }} Failure */

const AT_ONCE = 8;
const LIMIT_MS = 60_000;

const { values: given } = parseArgs({
  options: { next: { type: "string" }, only: { type: "string", default: "" }, control: { type: "boolean", default: false } },
});
const folder = await mkdtemp(join(tmpdir(), "conformance-"));
const emulator = given.control ? undefined : await startEmulator(EMULATOR);
try {
  const lines = [];
  for (const version of given.next ? [given.next] : VERSIONS) {
    lines.push(await line(version));
  }
  console.log(["| Next.js | checks | passed | failed |", "|---|---|---|---|", ...lines].join("\n"));
} finally {
  if (emulator) {
    await emulator.stop();
  }
  await rm(folder, { recursive: true, force: true });
}

/**
 * @param {string} version
 * @returns {Promise<string>} a line of the table
 */
async function line(version) {
  const next = nextOf(version);
  const tests = (given.control ? controlsOf(next) : testsOf(next)).filter(({ name }) => name.includes(given.only));
  const environment = await startEnvironment(version, { folder, ...(emulator && { endpoint: emulator.endpoint }) });
  const failures = await runAll(tests, environment);
  await environment.stop();
  for (const { test, error } of failures) {
    process.exitCode = 1;
    console.error(`next ${version}: ${test.theme}: ${test.name} failed\n  the promise: ${test.promise}\n  ${describe(error)}\n`);
  }
  return `| ${version} | ${tests.length} | ${tests.length - failures.length} | ${failures.length} |`;
}

/**
 * @param {Test[]} tests
 * @param {import("./environment.mjs").Environment} environment
 * @returns {Promise<Failure[]>}
 */
async function runAll(tests, environment) {
  /** @type {Failure[]} */
  const failures = [];
  // One iterator for all lanes: each takes the next test that none has taken.
  const waiting = tests.values();
  const lane = async () => {
    for (const test of waiting) {
      await Promise.race([test.run(environment), tooLong()]).catch((error) => failures.push({ test, error }));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  return failures;
}

/** @returns {Promise<never>} */
function tooLong() {
  const error = new Error(`no end within ${LIMIT_MS / 1000} s`);
  return new Promise((_, reject) => setTimeout(reject, LIMIT_MS, error).unref());
}

/** @param {unknown} error */
function describe(error) {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return text.split("\n").slice(0, 30).map((one) => one.slice(0, 200)).join("\n  ");
}
