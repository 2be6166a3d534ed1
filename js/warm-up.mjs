// On AWS Lambda what runs before the first request has a whole CPU, and what a small function's request has is a fraction of one:
// there the first TLS handshake alone takes most of a second. So the log is read as soon as a handler is configured, which
// compiles the core, finds credentials and opens the connection.
// https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html#runtimes-lifecycle-ib

import runtime from "#runtime";
import { isBuilding } from "./build-memory.mjs";
import { coreUnderWay } from "./core.mjs";
import { sharedCache } from "./shared.mjs";

/** @typedef {import("./options.mjs").Options} Options */

/** @type {WeakSet<import("./shared.mjs").SharedCache>} one cache may have two handlers */
const warmed = new WeakSet();

/**
 * Does nothing anywhere else. Nobody is told of what fails: the first request finds out by itself.
 *
 * @param {() => Options} optionsOf may throw, as the first request then does
 */
export function warmUpOnLambda(optionsOf) {
  if (!runtime.env("AWS_LAMBDA_FUNCTION_NAME") || isBuilding()) {
    return;
  }
  // Not while modules are still being loaded: what they do may be what the rest of the start waits for.
  runtime.setTimeout(async () => {
    try {
      await coreUnderWay();
      const cache = sharedCache(optionsOf());
      if (!warmed.has(cache)) {
        warmed.add(cache);
        await cache.core.refresh();
      }
    } catch {
      // See above.
    }
  }, 0);
}
