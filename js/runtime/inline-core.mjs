// The core from the bytes that this package carries, where a runtime compiles them.

import * as inlined from "../../pkg/core-inline.mjs";
import runtime from "#runtime";
import { provideCore, provideCoreLater, refused } from "../core.mjs";
import { bytesOf, inflated } from "./inlined.mjs";

const { inflate } = runtime;
/** @type {WebAssembly.Module | undefined} */
let core;

if (inflate) {
  provideCore(() => (core ??= compile(inflate(bytesOf(inlined.base64), inlined.rawBytes))));
} else {
  provideCoreLater(() => inflated(inlined));
}

/** @param {Uint8Array} bytes */
function compile(bytes) {
  try {
    return new WebAssembly.Module(/** @type {Uint8Array<ArrayBuffer>} */ (bytes));
  } catch (error) {
    throw refused(error);
  }
}
