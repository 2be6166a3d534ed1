// Programs that the scripts run, and errors that say what to do instead of where they were thrown.

import { spawn } from "node:child_process";

/** Something that the person at the keyboard can mend; shown without a stack. */
export class ScriptError extends Error {}

/**
 * Runs a program to its end; what it prints is shown as it comes.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv }} [options]
 * @returns {Promise<void>}
 */
export function run(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { ...options, stdio: ["ignore", "inherit", "inherit"], ...shellFor(command) });
    child.on("error", (error) => reject(cannotStart(command, error)));
    child.on("close", (code, signal) => {
      const ended = `${[command, ...args].join(" ")} ended with ${signal ?? `exit code ${code}`}`;
      code === 0 ? resolve() : reject(new ScriptError(ended));
    });
  });
}

/**
 * What a program prints on its standard output.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv }} [options]
 * @returns {Promise<string>}
 */
export function capture(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { ...options, stdio: ["ignore", "pipe", "inherit"], ...shellFor(command) });
    let output = "";
    child.stdout?.setEncoding("utf8").on("data", (text) => (output += text));
    child.on("error", (error) => reject(cannotStart(command, error)));
    child.on("close", (code) => {
      const ended = `${[command, ...args].join(" ")} ended with exit code ${code}`;
      code === 0 ? resolve(output) : reject(new ScriptError(ended));
    });
  });
}

/**
 * The main function of a script: its errors become one line and exit code 1.
 *
 * @param {() => Promise<void>} main
 */
export async function runScript(main) {
  try {
    await main();
  } catch (error) {
    console.error(error instanceof ScriptError ? `\nerror: ${error.message}` : error);
    process.exitCode = 1;
  }
}

/**
 * npm is a batch file on Windows, which only a shell starts.
 *
 * @param {string} command
 */
function shellFor(command) {
  return { shell: process.platform === "win32" && command === "npm" };
}

/**
 * @param {string} command
 * @param {Error & { code?: string }} error
 */
function cannotStart(command, error) {
  if (error.code !== "ENOENT") {
    return error;
  }
  const rust = ["cargo", "rustc", "rustup"].includes(command);
  return new ScriptError(
    rust
      ? `${command} was not found: install Rust with rustup, see https://rustup.rs, and run this again`
      : `${command} was not found on the PATH`,
  );
}
