// The size of each wasm module: every cold start pays for the core.

import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { ScriptError } from "../command.mjs";

/** @typedef {import("./settings.mjs").Artifact} Artifact */

/**
 * @param {Buffer} wasm
 * @param {Artifact} artifact
 */
export function formatSizes(wasm, { name, raw_bytes, gzip_bytes }) {
  const { raw, gzip } = sizesOf(wasm);
  const sha256 = createHash("sha256").update(wasm).digest("hex");
  return [
    `${name}.wasm`,
    `  raw     ${kilobytes(raw)} of ${kilobytes(raw_bytes)}`,
    `  gzip    ${kilobytes(gzip)} of ${kilobytes(gzip_bytes)}`,
    `  sha256  ${sha256}`,
  ].join("\n");
}

/**
 * @param {Buffer} wasm
 * @param {Artifact} artifact
 */
export function checkBudget(wasm, { name, raw_bytes, gzip_bytes }) {
  const { raw, gzip } = sizesOf(wasm);
  if (raw > raw_bytes || gzip > gzip_bytes) {
    const found = `${name}.wasm has ${raw} bytes, ${gzip} with gzip; wasm-pack.toml allows ${raw_bytes} and ${gzip_bytes}`;
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
