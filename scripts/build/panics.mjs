// A panic ends in a trap, and what it says before goes nowhere: WebAssembly has no standard error, and the core sets no hook. So the
// functions that only put a panic into words become the trap itself, and wasm-opt takes along what they called, and at each place
// of a panic what it was told.

import { ScriptError } from "../command.mjs";

/** Functions of Rust's libraries that never return, or that these alone call; their names without the hash of each crate. */
const WORDED = [
  /^core::panicking::/,
  /^core::cell::panic_/,
  /^core::(option|result)::(unwrap|expect)_failed$/,
  /^core::slice::index::slice_index_fail$/,
  /^core::slice::copy_from_slice_impl::len_mismatch_fail$/,
  /^core::str::slice_error_fail(_rt)?$/,
  /^std::panicking::(panic_with_hook|panic_handler::\{closure#0\})$/,
  /^alloc::raw_vec::capacity_overflow$/,
  /^alloc::alloc::handle_alloc_error$/,
  /^<alloc::vec::Vec<_, _>>::\w+::assert_failed$/,
  /^<hashbrown::raw::Fallibility>::capacity_overflow$/,
  /^<std::panicking::\S+ as core::(panic::PanicPayload|fmt::Display)>::/,
];

/** What all panics go through: without it the names above are those of another compiler. */
const EVERY_PANIC = "core::panicking::panic_fmt";

/**
 * @param {Uint8Array} wasm with its names
 * @returns {Promise<Uint8Array>} with its names
 */
export async function withoutPanicMessages(wasm) {
  const { default: binaryen } = await import("binaryen");
  binaryen.setDebugInfo(true);
  const module = binaryen.readBinary(wasm);
  const functions = Array.from({ length: module.getNumFunctions() }, (_, index) => binaryen.getFunctionInfo(module.getFunctionByIndex(index)));
  const worded = functions.filter(({ name }) => WORDED.some((pattern) => pattern.test(plainName(name))));
  if (!worded.some(({ name }) => plainName(name) === EVERY_PANIC)) {
    throw new ScriptError(`${EVERY_PANIC} is not in the module: does this compiler call it otherwise? See scripts/build/panics.mjs`);
  }
  for (const { name, params, results } of worded) {
    module.removeFunction(name);
    module.addFunction(name, params, results, [], module.unreachable());
  }
  const bare = module.emitBinary();
  module.dispose();
  return bare;
}

/** @param {string} name such as `core[c5930c85a12de822]::option::unwrap_failed` */
function plainName(name) {
  return name.replace(/\[[0-9a-f]{16}\]/g, "");
}
