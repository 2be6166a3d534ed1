// wasm-bindgen's glue keeps its instance in module variables, so it can be instantiated once. Wrapped in a function it
// gives a fresh instance at each call: one that trapped can be thrown away and replaced.

import { ScriptError } from "../command.mjs";

/** Loading by URL, by fetch or from bytes is each runtime's own affair (js/runtime/), and bundlers would rewrite it. */
const LOADERS = ["async function __wbg_load", "function initSync", "async function __wbg_init"];
const DEFAULT_EXPORT = "export { initSync, __wbg_init as default };\n";

/** What must be there, once, for the wrapper to work. */
const EXPECTED = ["function __wbg_get_imports() {", "function __wbg_finalize_init(instance, module) {"];

/**
 * Where JavaScript enters the instance by itself: promises and microtasks that a future waits for, and finalizers. A trap
 * there would be nobody's to catch and end the process, so it goes to `onTrap`, and the instance is entered no more.
 */
const ENTRANCES = [
  ["    const real = (...args) => {\n", "    const real = (...args) => {\n        if (trapped) return;\n"],
  ["        } finally {\n            state.a = a;", "        } catch (error) {\n            trap(error);\n        } finally {\n            state.a = a;"],
  ["        if (--state.cnt === 0) {", "        if (--state.cnt === 0 && !trapped) {"],
];
/**
 * What frees a closure that the core has left to JavaScript's garbage collector. The core drops all of its own, and to register the four
 * of a get, and take them back, is a twentieth of the get.
 */
const CLOSURE_FINALIZERS = [
  /const CLOSURE_DTORS = \(typeof FinalizationRegistry === 'undefined'\)\n[^;]*;\n/,
  /^ *CLOSURE_DTORS\.unregister\(state\);\n/m,
  /^ *CLOSURE_DTORS\.register\(real, state, state\);\n/m,
];
const TRAP = `
let trapped = false;
function trap(error) {
    if (!trapped) {
        trapped = true;
        onTrap(error);
    }
}
`;
/**
 * wasm-bindgen's own looks at each character of a long ASCII text from JavaScript, and leaves another three times the room
 * that it takes. `encodeInto` gets as much room as ASCII takes, and what has no place there is a rest.
 */
const PASS_STRING = `function passStringToWasm0(arg, malloc, realloc) {
    let len = arg.length;
    let ptr = malloc(len, 1) >>> 0;
    let read = 0;
    let written = 0;
    if (len < 48) {
        const mem = getUint8ArrayMemory0();
        for (; written < len; written++) {
            const code = arg.charCodeAt(written);
            if (code > 0x7F) break;
            mem[ptr + written] = code;
        }
        read = written;
    } else {
        ({ read, written } = cachedTextEncoder.encodeInto(arg, getUint8ArrayMemory0().subarray(ptr, ptr + len)));
    }
    if (read !== arg.length) {
        const rest = arg.slice(read);
        ptr = realloc(ptr, len, len = written + rest.length * 3, 1) >>> 0;
        written += cachedTextEncoder.encodeInto(rest, getUint8ArrayMemory0().subarray(ptr + written, ptr + len)).written;
        ptr = realloc(ptr, len, written, 1) >>> 0;
    }
    WASM_VECTOR_LEN = written;
    return ptr;
}
`;
/**
 * How `Buffer` reads a text that lies in memory takes a third of what a `TextDecoder` and the view for it take. Not every runtime's
 * reads a `Uint8Array`, and leaves the byte order mark that a text may begin with.
 */
const SLICE = `
const utf8Slice = globalThis.Buffer?.prototype?.utf8Slice;
const slicesTexts = (() => {
    try {
        return utf8Slice.call(Uint8Array.of(0, 0xEF, 0xBB, 0xBF, 0x78, 0), 1, 5) === "\\uFEFFx";
    } catch {
        return false;
    }
})();
`;
const DECODE_TEXT = "function decodeText(ptr, len) {\n";
const DECODE_SLICED = `${DECODE_TEXT}    if (slicesTexts) return utf8Slice.call(getUint8ArrayMemory0(), ptr, ptr + len);\n`;
/** What must not be left. */
const FORBIDDEN = [/import\.meta/, /CLOSURE_DTORS/, /(?<!\.)\bfetch\(/, /new URL\(/, /WebAssembly\.Module\(/, /^(export|import) /m];

/**
 * A module that exports `instantiate(module)`, which returns what the glue exported, and the `buildId` of the module to give.
 *
 * @param {string} glue of wasm-bindgen's target `web`
 * @param {string} buildId
 * @returns {string}
 * @throws {ScriptError} when the glue is not of the shape that this version of wasm-bindgen gives
 */
export function instantiableGlue(glue, buildId) {
  const names = exportedNames(glue);
  let body = removeOnce(glue.replace(/^\/\* @ts-self-types.*\n/, ""), DEFAULT_EXPORT);
  for (const loader of LOADERS) {
    body = removeOnce(body, functionText(body, loader));
  }
  const passString = functionText(body, "function passStringToWasm0");
  check(!/passStringToWasm0\([^,]+, [^,]+\)/.test(body), "a string is passed without realloc");
  body = body.replace(passString, () => PASS_STRING);
  check(body.split(DECODE_TEXT).length === 2, "decodeText is not there once");
  body = body.replace(DECODE_TEXT, () => DECODE_SLICED);
  body = `\n${body.trim()}\n`.replaceAll(/\nexport (?=class |function )/g, "\n");
  for (const [entrance, guarded] of ENTRANCES) {
    const [before, after, ...more] = body.split(/** @type {string} */ (entrance));
    check(after !== undefined && more.length === 0, `${JSON.stringify(entrance)} is not there once`);
    body = `${before}${guarded}${after}`;
  }
  for (const finalizer of CLOSURE_FINALIZERS) {
    check(finalizer.test(body), `${finalizer} is not there`);
    body = body.replace(finalizer, "");
  }
  for (const text of EXPECTED) {
    check(body.split(text).length === 2, `${JSON.stringify(text)} is not there once`);
  }
  for (const pattern of FORBIDDEN) {
    check(!pattern.test(body), `${pattern} is left`);
  }
  // In parentheses, as is what is around it: V8 then compiles both as they come, and does not skim them first.
  const imports = functionText(body, "function __wbg_get_imports");
  body = body.replace(imports, () => `const __wbg_get_imports = (${imports.trim()});\n`);
  return `// Generated by scripts/build.mjs from wasm-bindgen's output.
${SLICE}
/** A fresh instance of the core. */
export const instantiate = (function (module, onTrap) {${TRAP}${body}
__wbg_finalize_init(new WebAssembly.Instance(module, __wbg_get_imports()), module);
return { ${names.join(", ")}, memory: wasm.memory };
});

/** The last bytes of the module. */
export const buildId = "${buildId}";
`;
}

/**
 * The declarations of that module.
 *
 * @param {string} name of the artifact
 */
export function instantiableTypes(name) {
  return `import type * as bindings from "./${name}-bindings.js";

/** A fresh instance of the core. \`onTrap\` is told of the trap after which it is entered no more by itself. */
export function instantiate(
  module: WebAssembly.Module,
  onTrap: (error: unknown) => void,
): Omit<typeof bindings, "default" | "initSync"> & { memory: WebAssembly.Memory };

/** The last bytes of the module, hexadecimal. */
export const buildId: string;
`;
}

/** @param {string} glue */
function exportedNames(glue) {
  const names = [...glue.matchAll(/^export (?:class|function) (\w+)/gm)].map(([, name]) => name);
  check(names.length > 0, "it exports nothing");
  return names;
}

/**
 * A top-level function, from its first line to the brace that ends it.
 *
 * @param {string} glue
 * @param {string} start
 */
function functionText(glue, start) {
  const from = glue.indexOf(`\n${start}(`) + 1;
  const to = glue.indexOf("\n}\n", from);
  check(from > 0 && to > 0, `there is no ${start}`);
  return glue.slice(from, to + "\n}\n".length);
}

/**
 * @param {string} text
 * @param {string} part
 */
function removeOnce(text, part) {
  const pieces = text.split(part);
  check(pieces.length === 2, `${JSON.stringify(part.slice(0, 60))} is not there once`);
  return pieces.join("");
}

/**
 * @param {boolean} holds
 * @param {string} why
 * @returns {asserts holds}
 */
function check(holds, why) {
  if (!holds) {
    throw new ScriptError(`wasm-bindgen's glue is not of the shape that scripts/build/glue.mjs knows: ${why}`);
  }
}
