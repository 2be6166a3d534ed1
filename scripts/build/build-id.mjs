// Which build a wasm file is of: the bindings know, and a file that is none of theirs is not loaded with them.
// https://github.com/WebAssembly/tool-conventions/blob/main/BuildId.md

import { createHash } from "node:crypto";

const CUSTOM_SECTION = 0;
const NAME = Buffer.from("build_id");
const ID_BYTES = 8;

/**
 * The module with an id of its content, which are its last bytes.
 *
 * @param {Buffer} wasm
 * @returns {{ wasm: Buffer, buildId: string }} hexadecimal
 */
export function withBuildId(wasm) {
  const id = createHash("sha256").update(wasm).digest().subarray(0, ID_BYTES);
  // Each length is below 128, and so its own LEB128.
  const content = Buffer.concat([Buffer.from([NAME.length]), NAME, Buffer.from([id.length]), id]);
  return { wasm: Buffer.concat([wasm, Buffer.from([CUSTOM_SECTION, content.length]), content]), buildId: id.toString("hex") };
}
