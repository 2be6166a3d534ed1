// scripts/build/panics.mjs: what only puts panics into words is not shipped, and a panic is the trap that it was.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { withoutPanicMessages } from "../../scripts/build/panics.mjs";

const NAMED = "core[0123456789abcdef]::panicking::panic_fmt";

/**
 * A module whose `run` calls a function that says something, and then traps.
 *
 * @param {string} name of that function
 */
async function speaking(name) {
  const { default: binaryen } = await import("binaryen");
  binaryen.setDebugInfo(true);
  const module = binaryen.parseText(`(module
    (import "host" "say" (func $say (param i32)))
    (func $"${name}" (param i32) (call $say (local.get 0)) (unreachable))
    (func $"nextjs_dynamodb_cache::run" (param i32) (call $say (i32.const 1)) (if (local.get 0) (then (call $"${name}" (i32.const 2)))))
    (export "run" (func $"nextjs_dynamodb_cache::run")))`);
  return module.emitBinary();
}

/** @param {Uint8Array} wasm */
function runnable(wasm) {
  /** @type {number[]} */
  const said = [];
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(new Uint8Array(wasm)), {
    host: { say: (/** @type {number} */ what) => void said.push(what) },
  });
  return { run: /** @type {(panics: number) => void} */ (exports.run), said };
}

test("a panic is the trap alone, and what is none does what it did", async () => {
  const { run, said } = runnable(await withoutPanicMessages(await speaking(NAMED)));
  run(0);
  assert.deepEqual(said, [1]);
  assert.throws(() => run(1), WebAssembly.RuntimeError);
  assert.deepEqual(said, [1, 1]);
});

test("where a compiler names it otherwise the build fails, rather than ship the words unseen", async () => {
  await assert.rejects(withoutPanicMessages(await speaking("core::panics::panic_fmt")), /core::panicking::panic_fmt is not in the module/);
});

for (const name of ["core", "credentials", "admin"]) {
  test(`${name}.wasm has none of them`, async () => {
    const symbols = await readFile(new URL(`../../pkg/${name}.symbols`, import.meta.url), "utf8");
    assert.match(symbols, /nextjs_dynamodb_cache::/);
    assert.deepEqual(symbols.match(/^.*(panic_fmt|panic_with_hook|slice_error_fail).*$/gm), null);
  });
}
