// The core on Node.js, from the file that the package has of it: nothing to decode and to inflate, which is a tenth of a first
// answer. Where a bundler has moved this module away from the file, from the bytes that the bundler took along.

import { buildId } from "../../pkg/core.mjs";
import runtime from "#runtime";
import { provideCore, provideCoreLater, refused } from "../core.mjs";
import { wasmOf } from "./inlined.mjs";
import { builtin } from "./node-require.mjs";

let bytes = bytesBeside();
/** @type {WebAssembly.Module | undefined} */
let core;

if (bytes) {
  provideCore(() => (core ??= compile()));
} else {
  provideCoreLater(async () => wasmOf(await import("../../pkg/core-inline.mjs"), runtime.inflate));
}

/** Another build's, or what somebody else calls so, is none. */
function bytesBeside() {
  try {
    // Next's file tracing follows this to the file; without the remark webpack would publish it.
    const file = new URL(/* webpackIgnore: true */ "../../pkg/core.wasm", import.meta.url);
    const found = builtin("node:fs").readFileSync(file);
    return found.toString("hex", found.length - buildId.length / 2) === buildId ? found : undefined;
  } catch {
    return undefined;
  }
}

function compile() {
  try {
    const module = new WebAssembly.Module(/** @type {Uint8Array<ArrayBuffer>} */ (bytes));
    bytes = undefined;
    return module;
  } catch (error) {
    throw refused(error);
  }
}
