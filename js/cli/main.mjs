#!/usr/bin/env node
// npx nextjs-dynamodb-cache <command>: the table and its entries from the command line. One file a command.

import { readFileSync } from "node:fs";
import { Command, CommanderError } from "../../pkg/commander.mjs";
import { messageOf } from "../complaints.mjs";
import { createTable } from "./commands/create-table.mjs";
import { doctor } from "./commands/doctor.mjs";
import { init } from "./commands/init.mjs";
import { inspect } from "./commands/inspect.mjs";
import { ls } from "./commands/ls.mjs";
import { purge } from "./commands/purge.mjs";
import { revalidate } from "./commands/revalidate.mjs";
import { seed } from "./commands/seed.mjs";
import { stats } from "./commands/stats.mjs";
import { ui } from "./commands/ui.mjs";
import { CommandFailure, EXIT, WrongCommandLine, say } from "./output.mjs";
import { addTableOptions } from "./table-options.mjs";

/**
 * @typedef {object} CommandFile
 * @property {string} name with its arguments
 * @property {string} summary
 * @property {string} details what else `--help` says: examples, permissions
 * @property {boolean} [isLocal] it is not about a table
 * @property {(command: import("commander").Command) => unknown} [configure] its own options
 * @property {(context: import("./table-options.mjs").Context, ...args: string[]) => Promise<void>} run
 */

/** @type {CommandFile[]} */
const COMMANDS = [init, createTable, doctor, ls, inspect, stats, seed, revalidate, purge, ui];

const HELP = `
Credentials, region and endpoint are found as AWS's own SDKs find them; every command that is about a table takes
--region and --endpoint. --json prints one JSON document on standard output, and everything else on standard error.

Exit codes: 0 done; 1 it failed, and the last line says why; 2 the command line is wrong; 130 ended by Ctrl-C.`;

process.stdout.on("error", endQuietly);
process.once("SIGINT", () => {
  say("\nended: what was done is done, and running it again goes on from there");
  process.exit(EXIT.interrupted);
});
process.exitCode = await main(process.argv);

/** @param {string[]} argv */
async function main(argv) {
  const program = new Command("nextjs-dynamodb-cache")
    .description("The table of nextjs-dynamodb-cache and what lies in it.")
    .version(versionOf())
    .addHelpText("after", HELP)
    .exitOverride()
    .showHelpAfterError("(--help says more)");
  for (const file of COMMANDS) {
    add(program, file);
  }
  try {
    await program.parseAsync(argv);
    return EXIT.done;
  } catch (error) {
    if (error instanceof CommanderError) {
      return error.exitCode === 0 ? EXIT.done : EXIT.usage;
    }
    if (error instanceof WrongCommandLine) {
      say(`error: ${error.message}\n(--help says more)`);
      return EXIT.usage;
    }
    if (!(error instanceof CommandFailure && error.message === "")) {
      say(`error: ${messageOf(error)}`);
    }
    return EXIT.failed;
  }
}

/**
 * @param {import("commander").Command} program
 * @param {CommandFile} file
 */
function add(program, { name, summary, details, isLocal, configure, run }) {
  const command = program.command(name).summary(summary).description(summary).exitOverride().addHelpText("after", `\n${details}`);
  configure?.(command);
  if (!isLocal) {
    addTableOptions(command);
  }
  command.action((/** @type {any[]} */ ...args) => {
    const options = args.at(-2);
    return run({ options, ...(isLocal ? {} : { table: tableOf(options) }) }, ...args.slice(0, -2));
  });
}

/** @param {Record<string, any>} options */
function tableOf({ table, region, endpoint, index, prefix, allowInsecureEndpoint }) {
  return Object.fromEntries(
    Object.entries({ tableName: table, region, endpoint, tagIndexName: index, keyPrefix: prefix, allowInsecureEndpoint }).filter(
      ([, value]) => value !== undefined,
    ),
  );
}

function versionOf() {
  return JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")).version;
}

/** A pipe that was closed (`| head`) wants no more. @param {NodeJS.ErrnoException} error */
function endQuietly(error) {
  if (error.code !== "EPIPE") {
    throw error;
  }
  process.exit(EXIT.done);
}
