// Programs that the tests need beside Rust and Node, and that no package brings.

import { spawnSync } from "node:child_process";
import { ScriptError } from "../command.mjs";

/** @type {[program: string, args: string[], what: string, why: string][]} */
const PROGRAMS = [
  ["java", ["-version"], "Java 17 or later", "DynamoDB Local runs on it"],
  ["python3", ["-m", "pip", "--version"], "Python 3 with pip", "moto, AWS's endpoint rules and Lambda's emulator are published there"],
  ["make", ["--version"], "make", "Lambda's runtime client is compiled with it"],
  ["c++", ["--version"], "a C++ compiler", "Lambda's runtime client is compiled with it"],
  ["xz", ["--version"], "xz", "Lambda's runtime client is packed with it"],
  ["openssl", ["version"], "openssl", "it makes the certificates of the faults in TLS"],
];

/**
 * @throws {ScriptError} that names all that is missing, before an hour is spent on the rest
 */
export function checkPrerequisites() {
  const missing = PROGRAMS.filter(([program, args]) => spawnSync(program, args, { stdio: "ignore" }).status !== 0);
  if (missing.length > 0) {
    const lines = missing.map(([, , what, why]) => `  ${what}: ${why}`);
    throw new ScriptError(`install what the tests need, and run this again:\n${lines.join("\n")}`);
  }
}
