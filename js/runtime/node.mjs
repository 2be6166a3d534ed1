// Node.js, also on AWS Lambda.

import { AsyncLocalStorage, AsyncResource } from "node:async_hooks";
import { createRequire } from "node:module";
import { createHttpClient } from "./http/client.mjs";
import { builtin, require } from "./node-require.mjs";
import { replaceFile, runProcess } from "./node-system.mjs";

const outsideRequest = snapshot();

/** Of zlib's: on a page of 90 KB, 6 takes a third more time for 1 % fewer bytes, 4 gives 7 % more. */
const DEFLATE_LEVEL = 5;

/** @type {import("./runtime.d.ts").Runtime} */
const runtime = {
  env: (name) => process.env[name] || undefined,
  readFile: (path) => builtin("node:fs").promises.readFile(path).catch(() => null),
  writeFile: (path, bytes) => replaceFile(builtin("node:fs").promises, path, bytes),
  runProcess: (command, timeoutMs) => runProcess(builtin("node:child_process"), command, timeoutMs),
  loadChain: () => import("../chain.mjs"),
  deflate: (raw) => builtin("node:zlib").deflateRawSync(raw, { level: DEFLATE_LEVEL }),
  // The last byte is never written: without room for it zlib asks for another piece of memory as large.
  inflate: (compressed, rawBytes) =>
    builtin("node:zlib").inflateRawSync(compressed, { maxOutputLength: rawBytes, chunkSize: rawBytes + 1 }),
  ...createHttpClient({ builtin, outsideRequest }),
  // It keeps the process alive: a write that waits for its next attempt is finished first. Budgets end every wait.
  setTimeout: globalThis.setTimeout,
  require: requireOfApplication,
  outsideRequest,
};

export default runtime;

/**
 * Next is found from here, or from the application: Next 14 and 15 do not copy pnpm's link from this package to Next into
 * their standalone output.
 *
 * @param {string} id
 */
function requireOfApplication(id) {
  try {
    return require(id);
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== "MODULE_NOT_FOUND") {
      throw error;
    }
    return createRequire(`${process.cwd()}/`)(id);
  }
}

/**
 * Runs what it is given in the asynchronous context of this module's own evaluation, which belongs to no request.
 *
 * @returns {<T>(run: () => T) => T}
 */
function snapshot() {
  // Node 20.0 to 20.4 have only the older name.
  return AsyncLocalStorage.snapshot?.() ?? AsyncResource.bind((run) => run());
}
