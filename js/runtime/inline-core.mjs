// The core from the bytes that this package carries, where a runtime compiles them.

import { base64 } from "../../pkg/core-inline.mjs";
import { provideCore, refused } from "../core.mjs";

/** @type {WebAssembly.Module | undefined} */
let core;

provideCore(() => (core ??= compile()));

function compile() {
  const bytes = bytesOf(base64);
  try {
    return new WebAssembly.Module(bytes);
  } catch (error) {
    throw refused(error);
  }
}

/**
 * @param {string} text
 * @returns {Uint8Array<ArrayBuffer>}
 */
function bytesOf(text) {
  // A hundred times faster than `atob`, where there is one.
  return globalThis.Buffer ? Buffer.from(text, "base64") : Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
}
