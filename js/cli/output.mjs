// What commands print: results on standard output, everything else on standard error.

import { createInterface } from "node:readline/promises";

export const EXIT = { done: 0, failed: 1, usage: 2, interrupted: 130 };

/** How a command fails after it has said why itself, with an empty message, or with the line to say. */
export class CommandFailure extends Error {}

/** How a command refuses what it was called with, before it does anything. */
export class WrongCommandLine extends CommandFailure {}

/** @param {string} line */
export function say(line) {
  process.stderr.write(`${line}\n`);
}

/** @param {string} text */
export function print(text) {
  process.stdout.write(`${text}\n`);
}

/** @param {unknown} value */
export function printJson(value) {
  print(JSON.stringify(value, (_, inner) => (inner instanceof Map ? Object.fromEntries(inner) : inner)));
}

/**
 * Lines in columns.
 *
 * @param {string[][]} rows the first one names the columns
 */
export function columns(rows) {
  const widths = (rows[0] ?? []).map((_, column) => rows.reduce((width, row) => Math.max(width, row[column]?.length ?? 0), 0));
  return rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ").trimEnd()).join("\n");
}

/**
 * Progress: one line that is drawn over on a terminal, else a line from time to time.
 *
 * @param {(done: number) => string} line
 */
export function progress(line) {
  let last = 0;
  let shown = false;
  return {
    /** @param {number} done */
    at(done) {
      const now = Date.now();
      if (process.stderr.isTTY && now - last > 100) {
        process.stderr.write(`\r\x1b[K${line(done)}`);
        shown = true;
        last = now;
      } else if (!process.stderr.isTTY && now - last > 5_000) {
        if (last > 0) {
          say(line(done));
        }
        last = now;
      }
    },
    end() {
      if (shown) {
        process.stderr.write("\r\x1b[K");
      }
    },
  };
}

/**
 * Asks for a yes. Where nobody can answer, the answer is no, with what to do instead.
 *
 * @param {string} question
 */
export async function confirm(question) {
  if (!process.stdin.isTTY) {
    throw new CommandFailure(`${question} Nobody can answer here: add --yes`);
  }
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await terminal.question(`${question} [y/N] `);
  terminal.close();
  return /^y(es)?$/i.test(answer.trim());
}
