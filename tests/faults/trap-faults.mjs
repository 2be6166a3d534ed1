// The fault in our own house: a trap in the core.

import { trapAfter } from "./trap.mjs";

/**
 * They come first: what other faults leave to be tried again behind the calls would run into the first, which waits for an answer.
 *
 * @type {import("./catalogue.mjs").Fault[]}
 */
export const trapFaults = [
  { name: "wasm trap in a continuation", before: () => trapAfter(2) },
  { name: "wasm trap", before: () => trapAfter(0) },
];
