// What the core's WebAssembly is made of: the bytes of each function, by the crate that it comes from. The module that ships has no
// names; pkg/core.symbols has them. https://webassembly.github.io/spec/core/binary/modules.html

import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

const PKG = fileURLToPath(new URL("../pkg/", import.meta.url));
const OWN = "nextjs_dynamodb_cache";
const HEADER_BYTES = 8;
const SECTION = { import: 2, code: 10, data: 11 };
const FUNCTION = 0;

const BINDINGS = "wasm-bindgen, js-sys, wasm-bindgen-futures";
export const LIBRARY = "Rust's library";
export const DATA = "data: texts, tables, hosts";
export const REST = "the rest of the module";
const OWN_PART = "this package: ";

/** A crate with those that it brings along. A crate's generic code counts as that crate's, whatever it was made for. */
const GROUPS = {
  [LIBRARY]: ["core", "alloc", "std", "hashbrown", "compiler_builtins"],
  "the allocator": ["dlmalloc"],
  [BINDINGS]: ["wasm_bindgen", "js_sys", "wasm_bindgen_futures", "once_cell"],
  "serde, serde_json": ["serde", "serde_core", "serde_json", "itoa", "zmij"],
  http: ["http", "bytes"],
  "aws-sigv4, sha2": ["aws_sigv4", "sha2", "hmac", "digest", "block_buffer", "time"],
  miniz_oxide: ["miniz_oxide", "adler2"],
};

/** @typedef {{ part: string, bytes: number }} Part */

/** @returns {Promise<Part[]>} the largest first */
export async function wasmParts() {
  const wasm = await readFile(`${PKG}core.wasm`);
  const symbols = await readFile(`${PKG}core.symbols`, "utf8");
  const names = new Map(symbols.split("\n").map((line) => [Number(line.slice(0, line.indexOf(":"))), line.slice(line.indexOf(":") + 1)]));
  /** @type {Map<string, number>} */
  const parts = new Map();
  const add = (/** @type {string} */ part, /** @type {number} */ bytes) => parts.set(part, (parts.get(part) ?? 0) + bytes);
  let imported = 0;
  let named = 0;
  for (const { id, reader } of sections(wasm)) {
    if (id === SECTION.import) {
      imported = importedFunctions(reader);
    } else if (id === SECTION.code) {
      for (let index = imported, end = imported + reader.number(); index < end; index++) {
        const bytes = reader.number();
        reader.at += bytes;
        add(partOf(names.get(index) ?? ""), bytes);
        named += bytes;
      }
    } else if (id === SECTION.data) {
      add(DATA, reader.end - reader.at);
      named += reader.end - reader.at;
    }
  }
  add(REST, wasm.length - named);
  return [...parts].map(([part, bytes]) => ({ part, bytes })).sort((a, b) => b.bytes - a.bytes);
}

/** Whether it is a folder of this package's. @param {string} part */
export function isOwn(part) {
  return part.startsWith(OWN_PART);
}

/** @param {string} name */
function partOf(name) {
  // Dropping a value is its type's.
  const path = name.replace(/^byn\$mgfn-shared\$/, "").replace(/^core(\[\w+\])?::ptr::drop_in_place/, "");
  const [, crate = "", folder] = /(?:^|[^\w:$])([a-z]\w*)(?:\[\w+\])?::(?:([a-z]\w*)::)?/.exec(` ${path}`) ?? [];
  if (crate === OWN) {
    return `${OWN_PART}${folder ?? "lib"}`;
  }
  const group = Object.entries(GROUPS).find(([, crates]) => crates.includes(crate));
  return group?.[0] ?? (/wbindgen|wbg|externref/.test(name) ? BINDINGS : crate || LIBRARY);
}

class Reader {
  #bytes;

  /** @param {Uint8Array} bytes @param {number} at @param {number} end */
  constructor(bytes, at, end) {
    this.#bytes = bytes;
    this.at = at;
    this.end = end;
  }

  byte() {
    return this.#bytes[this.at++] ?? 0;
  }

  /** LEB128. */
  number() {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.byte();
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) {
        return value;
      }
    }
  }
}

/** @param {Uint8Array} wasm */
function* sections(wasm) {
  for (let at = HEADER_BYTES; at < wasm.length;) {
    const head = new Reader(wasm, at, wasm.length);
    const id = head.byte();
    const bytes = head.number();
    at = head.at + bytes;
    yield { id, reader: new Reader(wasm, head.at, at) };
  }
}

/** The glue imports functions alone. @param {Reader} reader */
function importedFunctions(reader) {
  const count = reader.number();
  for (let index = 0; index < count; index++) {
    for (let name = 0; name < 2; name++) {
      const bytes = reader.number();
      reader.at += bytes;
    }
    if (reader.byte() !== FUNCTION) {
      throw new Error("the core imports something that is no function");
    }
    reader.number(); // its type
  }
  return count;
}
