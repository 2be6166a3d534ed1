// The size of the core: every cold start pays for it.

import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { ScriptError } from "../command.mjs";

/** @typedef {import("./settings.mjs").Settings["budget"]} Budget */

/**
 * @param {Buffer} wasm
 * @param {Budget} budget
 */
export function formatSizes(wasm, budget) {
  const { raw, gzip } = sizesOf(wasm);
  const sha256 = createHash("sha256").update(wasm).digest("hex");
  return [
    `raw     ${kilobytes(raw)} of ${kilobytes(budget.raw_bytes)}`,
    `gzip    ${kilobytes(gzip)} of ${kilobytes(budget.gzip_bytes)}`,
    `sha256  ${sha256}`,
  ].join("\n");
}

/**
 * @param {Buffer} wasm
 * @param {Budget} budget
 */
export function checkBudget(wasm, budget) {
  const { raw, gzip } = sizesOf(wasm);
  if (raw > budget.raw_bytes || gzip > budget.gzip_bytes) {
    const found = `The core has ${raw} bytes, ${gzip} with gzip; wasm-pack.toml allows ${budget.raw_bytes} and ${budget.gzip_bytes}`;
    throw new ScriptError(`${found}. Make it smaller, or raise the budget with a reason`);
  }
}

/** @param {Buffer} wasm */
function sizesOf(wasm) {
  return { raw: wasm.length, gzip: gzipSync(wasm, { level: 9 }).length };
}

/** @param {number} bytes */
function kilobytes(bytes) {
  return `${(bytes / 1000).toFixed(1)} KB`.padStart(9);
}
