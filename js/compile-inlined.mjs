// A module of WebAssembly that is loaded beside the core, from the file that carries it.

import runtime from "#runtime";
import { bytesOf, inflated } from "./runtime/inlined.mjs";

/**
 * @param {import("./runtime/inlined.mjs").Inlined} inlined
 * @returns {Promise<WebAssembly.Module>}
 */
export async function compileInlined(inlined) {
  const bytes = runtime.inflate?.(bytesOf(inlined.base64), inlined.rawBytes) ?? (await inflated(inlined));
  return WebAssembly.compile(/** @type {BufferSource} */ (bytes));
}
