// Which build a wasm file is of: the bindings know, and a file that is none of theirs is not loaded with them. Neither do copies of
// different releases in one process share a cache.
// https://github.com/WebAssembly/tool-conventions/blob/main/BuildId.md

import { createHash } from "node:crypto";

const CUSTOM_SECTION = 0;
const NAME = Buffer.from("build_id");
const ID_BYTES = 8;

/**
 * The module with an id of its content and the release, which are its last bytes.
 *
 * @param {Buffer} wasm
 * @param {string} version of the package: another one may have the same wasm, and other JavaScript
 * @returns {{ wasm: Buffer, buildId: string }} hexadecimal
 */
export function withBuildId(wasm, version) {
  const id = createHash("sha256").update(wasm).update(version).digest().subarray(0, ID_BYTES);
  // Each length is below 128, and so its own LEB128.
  const content = Buffer.concat([Buffer.from([NAME.length]), NAME, Buffer.from([id.length]), id]);
  return { wasm: Buffer.concat([wasm, Buffer.from([CUSTOM_SECTION, content.length]), content]), buildId: id.toString("hex") };
}
