// A test program and all that it starts: when it must end, they end with it.

import { spawn } from "node:child_process";

/** How often a silent program is reported to be alive. */
const HEARTBEAT_MS = 60_000;

/**
 * @param {string[]} command
 * @param {{ name: string, cwd: string, env: NodeJS.ProcessEnv, limitMs: number, verbose: boolean }} options
 * @returns {Promise<{ output: string, why?: string }>} what it printed, and why it failed, if it did
 */
export function runLogged([program = "", ...args], { name, cwd, env, limitMs, verbose }) {
  return new Promise((resolve) => {
    // A process group of its own, so that what it starts can be ended with it.
    const child = spawn(program, args, { cwd, env, detached: true, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    /** @type {string | undefined} */
    let why;
    const take = (/** @type {string} */ text) => {
      output += text;
      if (verbose) {
        process.stdout.write(text);
      }
    };
    child.stdout.setEncoding("utf8").on("data", take);
    child.stderr.setEncoding("utf8").on("data", take);
    const end = () => endGroup(child.pid);
    // Of several at once each ends its own.
    const interrupted = () => process.exit(130);
    const limit = setTimeout(() => {
      why = `not done after ${limitMs / 60_000} minutes`;
      end();
    }, limitMs);
    const began = performance.now();
    const heartbeat = setInterval(() => {
      const lastLine = output.trimEnd().split("\n").at(-1) ?? "";
      console.log(`    … ${name}, ${Math.round((performance.now() - began) / 60_000)} min: ${lastLine.slice(0, 100)}`);
    }, HEARTBEAT_MS);
    process.once("SIGINT", interrupted).once("SIGTERM", interrupted).once("exit", end);
    const done = (/** @type {string | undefined} */ reason) => {
      clearTimeout(limit);
      clearInterval(heartbeat);
      process.off("SIGINT", interrupted).off("SIGTERM", interrupted).off("exit", end);
      // What is left of the group would hold ports and files.
      end();
      resolve({ output, ...(reason && { why: reason }) });
    };
    child.on("error", (error) => done(error.message));
    child.on("exit", (code, signal) => {
      // Its output ends with it, unless something that it left behind holds the pipes open.
      const ended = code === 0 ? undefined : `ended with ${signal ?? `exit code ${code}`}`;
      const grace = setTimeout(end, 2_000);
      child.on("close", () => {
        clearTimeout(grace);
        done(why ?? ended);
      });
    });
  });
}

/** @param {number | undefined} pid of the group's first process */
function endGroup(pid) {
  try {
    process.kill(-(pid ?? Number.NaN), "SIGKILL");
  } catch {
    // It has ended already.
  }
}
