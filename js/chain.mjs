// AWS's chain of credentials and the shared files, in a wasm module of their own. It is loaded when the core has a question that
// neither options nor environment answer: not on Lambda, not with keys, and not where a container's host has them.

import { instantiate } from "../pkg/credentials.mjs";
import { wasmOf } from "./runtime/inlined.mjs";

/** @typedef {"credentials" | "profileSettings" | "instanceRegion"} Question see `src/credentials/lookup/mod.rs` */

/** @type {Promise<WebAssembly.Module> | undefined} */
let compiled;

/**
 * Each question has an instance to itself: there are few, and what one held in its memory goes with it.
 *
 * @param {import("./host.mjs").Host} host
 * @param {import("./runtime/inlined.mjs").Inflate | undefined} inflate the runtime's own
 * @param {Question} question
 * @param {string | undefined} region the option
 * @param {number} limitMs
 * @returns {Promise<Uint8Array>} bytes that are the caller's, who wipes them
 */
export async function askChain(host, inflate, question, region, limitMs) {
  compiled ??= compile(inflate).catch((error) => {
    compiled = undefined; // a process without a free file may have one later
    throw error;
  });
  const module = await compiled;
  return new Promise((resolve, reject) => {
    instantiate(module, reject)[question](host, region, limitMs).then(resolve, reject);
  });
}

/** @param {import("./runtime/inlined.mjs").Inflate} [inflate] */
async function compile(inflate) {
  return WebAssembly.compile(await wasmOf(await import("../pkg/credentials-inline.mjs"), inflate));
}
