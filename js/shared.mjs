// One cache per configuration and process. Next constructs the handler class two or three times a request and may
// bundle this module more than once, so what is shared hangs on globalThis.

import { instantiate } from "../pkg/core.mjs";
import runtime from "#runtime";
import { createHost } from "./host.mjs";
import { coreOptions } from "./options.mjs";
import { createRevalidate } from "./revalidations.mjs";

/** @typedef {import("./options.mjs").Options} Options */
/** @typedef {import("../types/index.d.ts").Logger} Logger */
/** @typedef {import("../types/index.d.ts").CacheEvent} CacheEvent */

/**
 * @typedef {object} SharedCache
 * @property {any} core the wasm instance's `Core`
 * @property {Logger} logger
 * @property {Options} options
 * @property {(event: CacheEvent) => void} emit
 * @property {ReturnType<typeof createRevalidate>} revalidate
 */

const VERSION = 1;
const STORE = Symbol.for("nextjs-dynamodb-cache");
/** @type {WeakMap<Options, SharedCache>} */
const byOptions = new WeakMap();

/**
 * The cache of these options; made at the first call.
 *
 * @param {Options} options
 * @returns {SharedCache}
 */
export function sharedCache(options) {
  let shared = byOptions.get(options);
  if (!shared) {
    shared = findOrMake(options);
    byOptions.set(options, shared);
  }
  return shared;
}

/**
 * A fresh wasm instance.
 *
 * @returns {any} the module's exports
 */
export function instantiateCore() {
  return instantiate(runtime.compileCore());
}

/**
 * The host of these options.
 *
 * @param {Pick<Options, "fetch" | "credentials">} options
 * @param {Logger} logger
 */
export function hostFor(options, logger) {
  return createHost({
    fetch: options.fetch ?? runtime.fetch,
    credentials: options.credentials,
    logger,
    env: runtime.env,
    readFile: runtime.readFile,
    setTimeout: runtime.setTimeout,
  });
}

/**
 * The user's logger, or the console with our name before each line.
 *
 * @param {boolean | Logger} log
 * @returns {Logger}
 */
export function loggerFor(log) {
  if (typeof log === "object") {
    return log;
  }
  const silent = () => {};
  if (!log) {
    return { debug: silent, info: silent, warn: silent, error: silent };
  }
  /** @param {"info" | "warn" | "error" | "debug"} level */
  const line = (level) => (/** @type {string} */ message) => console[level](`[nextjs-dynamodb-cache] ${message}`);
  const debug = runtime.env("NEXT_PRIVATE_DEBUG_CACHE") ? line("debug") : silent;
  return { debug, info: line("info"), warn: line("warn"), error: line("error") };
}

/**
 * @param {Options} options
 * @returns {SharedCache}
 */
function findOrMake(options) {
  const key = shareableKey(options);
  const global = /** @type {Record<symbol, Map<string, SharedCache> | undefined>} */ (/** @type {unknown} */ (globalThis));
  const store = (global[STORE] ??= new Map());
  const found = key === undefined ? undefined : store.get(key);
  if (found) {
    return found;
  }
  const shared = make(options);
  if (key !== undefined) {
    store.set(key, shared);
  }
  return shared;
}

/**
 * @param {Options} options
 * @returns {SharedCache}
 */
function make(options) {
  const logger = loggerFor(options.log);
  const { Core } = instantiateCore();
  const core = new Core(hostFor(options, logger), coreOptions(options));
  const emit = emitter(options, logger);
  return { core, logger, options, emit, revalidate: createRevalidate({ core, logger, emit }) };
}

/**
 * Functions have no identity across copies of a module, so caches configured with one are shared by their class alone.
 *
 * @param {Options} options
 */
function shareableKey(options) {
  const values = Object.values(options);
  const plain = values.every((value) => typeof value !== "function" && (typeof value !== "object" || value === null));
  return plain ? JSON.stringify([VERSION, options]) : undefined;
}

/**
 * @param {Options} options
 * @param {Logger} logger
 * @returns {(event: CacheEvent) => void}
 */
function emitter({ onEvent }, logger) {
  if (!onEvent) {
    return () => {};
  }
  return (event) => {
    try {
      onEvent(event);
    } catch (error) {
      logger.warn(`the onEvent option threw: ${error instanceof Error ? error.message : String(error)}`);
    }
  };
}
