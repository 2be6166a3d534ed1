// Child processes that end with this one. They are in its process group, so Ctrl-C in a terminal reaches them as well.

import { spawn } from "node:child_process";
import { createWriteStream } from "node:fs";

const GRACE_MS = 3_000;
const TAIL_CHARACTERS = 4_000;

/** @typedef {import("node:child_process").ChildProcess} ChildProcess */
/**
 * @typedef {object} Place
 * @property {string} [cwd]
 * @property {Record<string, string>} [env] what is added to the environment
 * @property {string} log the file that its output goes to
 * @property {boolean} [echo] whether it is shown too
 * @property {boolean} [group] whether it leads a process group, as what is typed into a terminal does
 */

/**
 * @typedef {object} Running
 * @property {ChildProcess} child
 * @property {boolean} group
 * @property {Promise<string>} ended how it ended, once it has
 * @property {() => string} output the end of what it wrote
 */

/** @type {Set<Running>} */
const running = new Set();
process.on("exit", () => running.forEach((one) => signal(one, "SIGKILL")));

/**
 * A process that runs until it is stopped.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {Place} place
 * @returns {Running}
 */
export function start(command, args, { cwd, env, log, echo = false, group = false }) {
  const child = spawn(command, args, {
    cwd,
    env: { ...process.env, ...env },
    detached: group,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const file = createWriteStream(log);
  let tail = "";
  let atLineStart = true;
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk) => {
      file.write(chunk);
      tail = (tail + chunk).slice(-TAIL_CHARACTERS);
      if (echo) {
        process.stdout.write(indented(String(chunk), atLineStart));
        atLineStart = String(chunk).endsWith("\n");
      }
    });
  }
  /** @type {Promise<string>} */
  const ended = new Promise((resolve) => {
    child.once("error", (error) => resolve(`could not be started: ${error.message}`));
    child.once("close", (code, by) => resolve(code === null ? `was ended by ${by}` : `ended with code ${code}`));
  });
  const started = { child, group, ended, output: () => tail };
  running.add(started);
  ended.then(() => {
    running.delete(started);
    file.end();
  });
  return started;
}

/**
 * A process that runs to its end.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {Place} place
 * @throws {Error} with the end of its output, when it fails
 */
export async function run(command, args, place) {
  const process = start(command, args, place);
  const end = await process.ended;
  if (end !== "ended with code 0") {
    const shown = place.echo ? "" : `\n\n${process.output().trim()}`;
    throw new Error(`${command} ${args.join(" ")} ${end}${shown}\n\nIts whole output is in ${place.log}`);
  }
  return process.output();
}

/**
 * Waits until a process answers.
 *
 * @param {Running} process
 * @param {string} name for the error
 * @param {() => Promise<boolean>} answers
 * @param {number} [timeoutMs]
 */
export async function ready(process, name, answers, timeoutMs = 30_000) {
  const deadline = performance.now() + timeoutMs;
  let end;
  process.ended.then((how) => (end = how));
  while (performance.now() < deadline) {
    if (end) {
      throw new Error(`${name} ${end} before it answered\n\n${process.output()}`);
    }
    if (await answers().catch(() => false)) {
      return;
    }
    await pause(50);
  }
  throw new Error(`${name} has not answered in ${timeoutMs / 1000} s\n\n${process.output()}`);
}

/**
 * Ends a process, or its group: first asked, then made to.
 *
 * @param {Running} one
 * @param {NodeJS.Signals} [first]
 */
export async function stop(one, first = "SIGTERM") {
  signal(one, first);
  const timer = setTimeout(() => signal(one, "SIGKILL"), GRACE_MS);
  await one.ended;
  clearTimeout(timer);
}

/** Ends every process that was started here and still runs. */
export async function stopAll() {
  await Promise.all([...running].map((one) => stop(one)));
}

/** @param {number} ms */
export function pause(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/**
 * @param {string} text
 * @param {boolean} atLineStart whether it starts a line
 */
function indented(text, atLineStart) {
  return (atLineStart ? "    " : "") + text.replaceAll(/\n(?=.)/g, "\n    ");
}

/**
 * @param {Running} one
 * @param {NodeJS.Signals} name
 */
function signal({ child, group }, name) {
  if (!group && (child.exitCode ?? child.signalCode) !== null) {
    return; // its number may be another's by now
  }
  try {
    process.kill(group ? -Number(child.pid) : Number(child.pid), name);
  } catch {
    // It has ended by itself.
  }
}
