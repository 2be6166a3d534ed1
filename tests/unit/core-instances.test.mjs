// pkg/core.mjs: a fresh instance at each call, as scripts/build/glue.mjs makes it of wasm-bindgen's glue.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { inflateRawSync } from "node:zlib";
import { compileCore } from "../../js/core.mjs";
import "../../js/runtime/inline-core.mjs";
import { base64, rawBytes } from "../../pkg/core-inline.mjs";
import { buildId, instantiate } from "../../pkg/core.mjs";
import { instantiableGlue } from "../../scripts/build/glue.mjs";

const GLUE = `/* @ts-self-types="./core.d.ts" */
export class Core {
}
export function createTable(options) {
}
function __wbg_get_imports() {
    return {};
}
const CLOSURE_DTORS = (typeof FinalizationRegistry === 'undefined')
    ? { register: () => {}, unregister: () => {} }
    : new FinalizationRegistry(state => wasm.__wbindgen_destroy_closure(state.a, state.b));
function makeMutClosure(arg0, arg1, f) {
    const state = { a: arg0, b: arg1, cnt: 1 };
    const real = (...args) => {
        try {
            return f(a, state.b, ...args);
        } finally {
            state.a = a;
        }
    };
    real._wbg_cb_unref = () => {
        if (--state.cnt === 0) {
            CLOSURE_DTORS.unregister(state);
        }
    };
    CLOSURE_DTORS.register(real, state, state);
    return real;
}
function passStringToWasm0(arg, malloc, realloc) {
    return theirOwn(arg);
}
function decodeText(ptr, len) {
    return theirDecoder(ptr, len);
}
let wasm;
function __wbg_finalize_init(instance, module) {
    wasm = instance.exports;
}
async function __wbg_load(module, imports) {
    fetch(module);
}
function initSync(module) {
    module = new WebAssembly.Module(module);
}
async function __wbg_init(module_or_path) {
    module_or_path = new URL('core_bg.wasm', import.meta.url);
}
export { initSync, __wbg_init as default };
`;

const noTrap = (/** @type {unknown} */ error) => assert.fail(`it trapped: ${error}`);

test("each call gives an instance of its own", () => {
  const module = compileCore();
  const first = instantiate(module, noTrap);
  const second = instantiate(module, noTrap);
  assert.notEqual(first.Core, second.Core);
  assert.deepEqual(Object.keys(first), Object.keys(second));
  assert.ok(Object.keys(first).includes("memory"));
});

test("the inlined module is the one in the wasm file", async () => {
  const file = await readFile(new URL("../../pkg/core.wasm", import.meta.url));
  assert.ok(inflateRawSync(Buffer.from(base64, "base64")).equals(file));
  assert.equal(rawBytes, file.length);
});

test("the bindings and the wasm file are of one build, which has a section of its own", async () => {
  const [section, ...others] = WebAssembly.Module.customSections(compileCore(), "build_id");
  assert.equal(others.length, 0);
  assert.equal(Buffer.from(section ?? new ArrayBuffer(0), 1).toString("hex"), buildId);
  assert.match(buildId, /^[0-9a-f]{16}$/);
});

test("glue loses what loads by URL, by fetch and from bytes", () => {
  const module = instantiableGlue(GLUE, "c0ffee");
  assert.match(module, /^export const instantiate = /m);
  assert.match(module, /^return \{ Core, createTable, memory: wasm\.memory \};$/m);
  assert.doesNotMatch(module, /import\.meta|fetch|new URL|WebAssembly\.Module\(/);
  assert.equal(module.match(/^export /gm)?.length, 2);
  assert.match(module, /^export const buildId = "c0ffee";$/m);
});

test("what runs at once is in parentheses, by which V8 knows it, as written and as shipped", async () => {
  const shipped = await readFile(new URL("../../pkg/core.mjs", import.meta.url), "utf8");
  for (const glue of [instantiableGlue(GLUE, "c0ffee"), shipped]) {
    assert.match(glue, /export const instantiate ?= ?\(function ?\(module, ?onTrap\) ?\{/);
    assert.match(glue, /const __wbg_get_imports ?= ?\(\s?function __wbg_get_imports\d?\(\) ?\{/);
  }
});

test("a string gets to the core whole, whatever it is made of", () => {
  const [, passString = ""] = /(function passStringToWasm0[^]*?\n}\n)/.exec(instantiableGlue(GLUE, "c0ffee")) ?? [];
  assert.doesNotMatch(passString, /theirOwn/);
  const memory = new Uint8Array(1_000_000);
  const pass = new Function("memory", `
    let WASM_VECTOR_LEN, end = 0;
    const cachedTextEncoder = new TextEncoder();
    const getUint8ArrayMemory0 = () => memory;
    const malloc = (length) => (end += length) - length;
    const realloc = (from, before, length) => {
      const to = malloc(length);
      memory.copyWithin(to, from, from + Math.min(before, length));
      return to;
    };
    ${passString}
    return (text) => { const at = passStringToWasm0(text, malloc, realloc); return memory.slice(at, at + WASM_VECTOR_LEN); };
  `)(memory);
  for (const length of [0, 1, 47, 48, 49, 1_000]) {
    for (const ends of ["", "é", "€", "\u{1F980}", "\uD800"]) {
      const ascii = "a".repeat(Math.max(0, length - ends.length));
      for (const text of [ascii + ends, ends + ascii, ends.repeat(length)]) {
        assert.deepEqual(pass(text), new TextEncoder().encode(text), JSON.stringify(text));
      }
    }
  }
});

test("a text comes from the core whole, whatever the runtime has for a Buffer", () => {
  const glue = instantiableGlue(GLUE, "c0ffee");
  const [, slices = ""] = /(const utf8Slice [^]*?\n}\)\(\);\n)/.exec(glue) ?? [];
  const [, decodeText = ""] = /(function decodeText[^]*?\n}\n)/.exec(glue) ?? [];
  const memory = new Uint8Array(1_000);
  let decoded = 0;
  const theirDecoder = (/** @type {number} */ ptr, /** @type {number} */ len) => {
    decoded += 1;
    return new TextDecoder("utf-8", { ignoreBOM: true, fatal: true }).decode(memory.subarray(ptr, ptr + len));
  };
  const decoderWith = (/** @type {unknown} */ ofBuffer) =>
    new Function("globalThis", "getUint8ArrayMemory0", "theirDecoder", `${slices}${decodeText}return decodeText;`)({ Buffer: ofBuffer }, () => memory, theirDecoder);
  /** @param {any} utf8Slice */
  const having = (utf8Slice) => ({ prototype: { utf8Slice } });
  const taking = (/** @type {number} */ from, /** @type {number} */ to) => new TextDecoder().decode(memory.subarray(from, to));
  const throwing = () => {
    throw new TypeError("this is no Buffer");
  };
  const texts = ["", "a", "\uFEFFa", "é", "€\0", "\u{1F980}".repeat(50)];
  /** @param {unknown} ofBuffer */
  const decode = (ofBuffer) => {
    decoded = 0;
    for (const text of texts) {
      const { written } = new TextEncoder().encodeInto(text, memory.fill(0x62).subarray(3));
      assert.equal(decoderWith(ofBuffer)(3, written), text);
    }
    return decoded;
  };
  assert.equal(decode(Buffer), 0);
  for (const other of [undefined, {}, having(undefined), having(taking), having(throwing)]) {
    assert.equal(decode(other), texts.length);
  }
});

/** @type {[name: string, glue: string, why: RegExp][]} */
const UNKNOWN = [
  ["without its loader", GLUE.replace("__wbg_load(", "__wbg_loads("), /there is no async function __wbg_load/],
  ["without its imports", GLUE.replace("__wbg_get_imports()", "__wbg_imports()"), /__wbg_get_imports.* is not there once/],
  ["with another way for JavaScript to enter", GLUE.replace("state.cnt === 0", "state.cnt <= 0"), /cnt === 0.* is not there once/],
  ["that keeps closures in another way", GLUE.replace("register(real, ", "register(state, "), /CLOSURE_DTORS.* is not there/],
  ["without a way to pass strings", GLUE.replace("passStringToWasm0", "passString"), /there is no function passStringToWasm0/],
  ["with another way to read texts", GLUE.replace("decodeText(ptr, len)", "decodeText(ptr)"), /decodeText is not there once/],
  ["that imports a module", `${GLUE}\nimport { x } from "./snippets/x.js";\n`, /import.* is left/],
  ["that exports a constant", `${GLUE}\nexport const x = 1;\n`, /export.* is left/],
  ["that exports nothing", GLUE.replaceAll(/^export (?=class|function)/gm, ""), /it exports nothing/],
  ["that loads in another place", GLUE.replace("let wasm;", "let wasm = fetch('core.wasm');"), /fetch.* is left/],
];

for (const [name, glue, why] of UNKNOWN) {
  test(`glue ${name} fails the build`, () => {
    assert.throws(() => instantiableGlue(glue, "c0ffee"), why);
  });
}
