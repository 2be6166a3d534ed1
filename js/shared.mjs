// One cache per configuration and process. Next constructs the handler class two or three times a request and may
// bundle this module more than once, so what is shared hangs on globalThis.

import runtime from "#runtime";
import { buildId } from "../pkg/core.mjs";
import { createComplaints } from "./complaints.mjs";
import { exchangeBy } from "./fetch-exchange.mjs";
import { callGiven } from "./given.mjs";
import { createHost } from "./host.mjs";
import { CoreInstance } from "./instance.mjs";
import { createJoined } from "./joined.mjs";
import { createOperations } from "./operations.mjs";
import { coreOptions } from "./options.mjs";
import { printable } from "./printable.mjs";
import { createRevalidations } from "./revalidations.mjs";
import { ownTimers, sharedTimers } from "./timers.mjs";
import { PATH_TAG } from "./values.mjs";

/** @typedef {import("./options.mjs").Options} Options */
/** @typedef {import("../types/index.d.ts").Logger} Logger */
/** @typedef {ReturnType<typeof createOperations>} Operations */

/**
 * @typedef {object} SharedCache
 * @property {CoreInstance} core
 * @property {Logger} logger
 * @property {Options} options
 * @property {ReturnType<typeof createComplaints>} complain
 * @property {Operations["begin"]} begin an operation that is counted, and told of when it ends
 * @property {Operations["silent"]} silent counts what no event tells of
 * @property {() => import("../types/index.d.ts").CacheStats} stats
 * @property {ReturnType<typeof createRevalidations>["revalidate"]} revalidate
 * @property {ReturnType<typeof createJoined>} joined
 */

/**
 * @typedef {object} Store
 * @property {Map<string, SharedCache>} caches
 * @property {WeakMap<object, number>} identities numbers for what options hold beside plain values
 * @property {number} identified how many there are
 */

/** Next's own handlers log each operation where it is set, to anything. */
const DEBUG = "NEXT_PRIVATE_DEBUG_CACHE";

const STORE = Symbol.for("nextjs-dynamodb-cache");
/** @type {WeakMap<Options, SharedCache>} */
const byOptions = new WeakMap();
/** @type {WeakSet<Options>} */
const apart = new WeakSet();

/**
 * The cache of these options; made at the first call.
 *
 * @param {Options} options
 * @returns {SharedCache}
 */
export function sharedCache(options) {
  let shared = byOptions.get(options);
  if (!shared) {
    shared = apart.has(options) ? make(options) : findOrMake(options);
    byOptions.set(options, shared);
  }
  return shared;
}

/**
 * Has a cache of their own made for these options, which ends with them.
 *
 * @param {Options} options
 */
export function keepApart(options) {
  apart.add(options);
}

/**
 * The host of these options.
 *
 * @param {Pick<Options, "fetch" | "credentials">} options
 * @param {Logger} logger
 */
export function hostFor(options, logger) {
  return createHost({
    exchange: options.fetch ? exchangeBy(options.fetch) : runtime.exchange,
    credentials: options.credentials,
    logger,
    env: runtime.env,
    readFile: runtime.readFile,
    writeFile: runtime.writeFile,
    runProcess: runtime.runProcess,
    loadChain: runtime.loadChain,
    deflate: runtime.deflate,
    inflate: runtime.inflate,
    timers: (runtime.isolatesRequests ? ownTimers : sharedTimers)(runtime.setTimeout),
  });
}

/**
 * The user's logger, or the console with our name before each line. What is logged is one line.
 *
 * @param {boolean | Logger} log
 * @returns {Logger}
 */
export function loggerFor(log) {
  if (typeof log === "object") {
    /** @param {keyof Logger} level */
    const given = (level) => (/** @type {string} */ message) => callGiven(() => log[level](printable(message)));
    return { debug: given("debug"), info: given("info"), warn: given("warn"), error: given("error") };
  }
  const silent = () => {};
  if (!log) {
    return { debug: silent, info: silent, warn: silent, error: silent };
  }
  /** @param {"info" | "warn" | "error" | "debug"} level */
  const line = (level) => (/** @type {string} */ message) => console[level](`[nextjs-dynamodb-cache] ${printable(message)}`);
  const debug = runtime.env(DEBUG) ? line("debug") : silent;
  return { debug, info: line("info"), warn: line("warn"), error: line("error") };
}

/**
 * @param {Options} options
 * @returns {SharedCache}
 */
function findOrMake(options) {
  const global = /** @type {Record<symbol, Store | undefined>} */ (/** @type {unknown} */ (globalThis));
  const store = (global[STORE] ??= { caches: new Map(), identities: new WeakMap(), identified: 0 });
  const name = nameOf(options, store);
  let shared = store.caches.get(name);
  if (!shared) {
    shared = make(options);
    store.caches.set(name, shared);
  }
  return shared;
}

/**
 * @param {Options} options
 * @returns {SharedCache}
 */
function make(options) {
  const logger = loggerFor(options.log);
  const complain = createComplaints(logger);
  const isDebugging = options.log !== false && runtime.env(DEBUG) !== undefined;
  const { begin, silent, stats } = createOperations({ onEvent: options.onEvent, logger, isDebugging });
  /** @type {WeakMap<object, import("./host.mjs").Host>} */
  const hosts = new WeakMap();
  const core = new CoreInstance(
    ({ Core }) => {
      const host = hostFor(options, logger);
      const made = new Core(host, coreOptions(options), silent);
      hosts.set(made, host);
      return made;
    },
    (error) => {
      complain("error", "trap", `the core was restarted, and what it was doing counts as a miss: ${error}`);
      // Once the callers have been told: a revalidation may be among what failed.
      runtime.setTimeout(() => revalidations.repeat(), 0);
    },
    (made) => hosts.get(made),
  );
  const revalidations = createRevalidations({ core, logger, complain, begin, options });
  return {
    core,
    logger,
    options,
    complain,
    begin,
    silent,
    stats: () => stats(core.memorySize()),
    revalidate: revalidations.revalidate,
    joined: createJoined({
      newestVersion: () => core.versionAt(Infinity, Infinity),
      // Which paths a read of 'use cache' counts for, Next does not always tell: each path may be one of them.
      revalidated: (tags, since, until) => core.revalidated(tags, PATH_TAG, since, until),
    }),
  };
}

/**
 * What tells caches apart: plain options by value; functions and objects (which may hold keys) by identity. And the release, which
 * knows its own alone.
 *
 * @param {Options} options
 * @param {Store} store
 */
function nameOf(options, store) {
  /** @param {unknown} value */
  const identified = (value) => {
    if (typeof value !== "function" && (typeof value !== "object" || value === null)) {
      return value;
    }
    const identity = store.identities.get(value) ?? ++store.identified;
    store.identities.set(value, identity);
    return { identity };
  };
  const values = Object.entries(options).map(([name, value]) => [name, identified(value)]);
  return JSON.stringify([buildId, values]);
}
