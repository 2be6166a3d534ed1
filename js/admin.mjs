// The administrator's side of the table, in the wasm module that only the command line and createCacheTable load.

import runtime from "#runtime";
import { wasmOf } from "./runtime/inlined.mjs";
import { coreOptions, resolveOptions } from "./options.mjs";
import { hostFor, loggerFor } from "./shared.mjs";

/** @typedef {import("../types/index.d.ts").DynamoDBCacheOptions} DynamoDBCacheOptions */
/** @typedef {import("../pkg/admin-bindings.js").Admin} Bindings */

/** @type {Promise<WebAssembly.Module> | undefined} */
let compiled;

/**
 * Runs something with an administrator of the table. A trap rejects it too.
 *
 * @template T
 * @param {DynamoDBCacheOptions} given the handler's options
 * @param {(admin: Bindings) => Promise<T>} run
 * @returns {Promise<T>}
 */
export async function withAdmin(given, run) {
  const options = resolveOptions(given, runtime.env);
  const { instantiate } = await import("../pkg/admin.mjs");
  const module = await (compiled ??= compile());
  const host = hostFor(options, loggerFor(options.log));
  return new Promise((resolve, reject) => {
    const { Admin } = instantiate(module, reject);
    const admin = new Admin(host, coreOptions(options));
    host.setAwaited(true);
    run(admin)
      .finally(() => host.setAwaited(false))
      .then(resolve, reject);
  });
}

async function compile() {
  return WebAssembly.compile(await wasmOf(await import("../pkg/admin-inline.mjs"), runtime.inflate));
}
