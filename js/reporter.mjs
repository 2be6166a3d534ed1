// createReporter: an onEvent function that tells the window (`npx nextjs-dynamodb-cache ui`) what this process does.

import runtime from "#runtime";

/** @typedef {import("../types/index.d.ts").CacheEvent} CacheEvent */
/** @typedef {import("../types/reporter.d.ts").Reporter} Reporter */
/** @typedef {{ event: CacheEvent, atMs: number }} Queued */

const INTERVAL_MS = 1_000;
/** While the window is away, it is tried again this seldom, at most. */
const MAX_INTERVAL_MS = 30_000;
const TIMEOUT_MS = 1_000;
const MAX_QUEUED = 2_000;
const MAX_TEXT = 300;
const INSTANCE = Symbol.for("nextjs-dynamodb-cache.instance");

// Taken when the module loads: Next replaces the global ones while it prerenders, to see whether a page reads them.
const monotonicMs = performance.now.bind(performance);
const getRandomValues = crypto.getRandomValues.bind(crypto);

/** @type {typeof import("../types/reporter.d.ts").createReporter} */
export function createReporter({ url = runtime.env("NEXT_CACHE_WINDOW_URL"), instance } = {}) {
  if (url === undefined) {
    return Object.assign(() => {}, { flush: async () => {} });
  }
  const window = windowOf(url);
  /** @type {Queued[]} */
  let queue = [];
  let dropped = 0;
  let intervalMs = INTERVAL_MS;
  /** When what is planned or under way should be over: a timer of a Worker may end with the request that set it. */
  let busyUntilMs = -Infinity;

  /** @param {CacheEvent} event */
  function report(event) {
    queue.push({ event, atMs: monotonicMs() });
    if (queue.length > MAX_QUEUED) {
      queue.shift();
      dropped++;
    }
    plan();
  }

  function plan() {
    if (monotonicMs() < busyUntilMs) {
      return;
    }
    busyUntilMs = monotonicMs() + intervalMs + TIMEOUT_MS;
    const timer = /** @type {any} */ (runtime.setTimeout(() => void flush(), intervalMs));
    timer?.unref?.();
  }

  async function flush() {
    if (queue.length === 0) {
      return;
    }
    const [batch, lost] = [queue, dropped];
    [queue, dropped, busyUntilMs] = [[], 0, monotonicMs() + TIMEOUT_MS];
    // A Worker has no randomness before its first request, so the name is made here.
    const sent = await post(window, () => ({ instance: instance ?? nameOfProcess(), dropped: lost, events: batch.map(told) }));
    // The window counts; it is no place for what happened while it was away.
    dropped += sent ? 0 : lost + batch.length;
    intervalMs = sent ? INTERVAL_MS : Math.min(intervalMs * 2, MAX_INTERVAL_MS);
    busyUntilMs = -Infinity;
    if (queue.length > 0) {
      plan();
    }
  }

  return Object.assign(report, { flush });
}

/**
 * @param {string} url as the command prints it
 * @returns {{ address: string, token: string }}
 */
function windowOf(url) {
  const expected = "nextjs-dynamodb-cache: the reporter's url is the address that `npx nextjs-dynamodb-cache ui` prints, with its token";
  if (!URL.canParse(url)) {
    throw new TypeError(expected);
  }
  const { protocol, hostname, hash, origin } = new URL(url);
  const token = new URLSearchParams(hash.slice(1)).get("token");
  // It becomes a header's value, which ends where a line does.
  if (!token || !/^[!-~]+$/.test(token)) {
    throw new TypeError(expected);
  }
  const isLoopback = /^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);
  if (protocol !== "https:" && !(protocol === "http:" && isLoopback)) {
    throw new TypeError("nextjs-dynamodb-cache: events hold keys and tags: the reporter's url is one of this machine, or of https");
  }
  return { address: `${origin}/api/events`, token };
}

/**
 * @param {{ address: string, token: string }} window
 * @param {() => unknown} message
 * @returns {Promise<boolean>} whether the window took it
 */
async function post({ address, token }, message) {
  const headers = `content-type: application/json\r\nauthorization: Bearer ${token}\r\n`;
  /** @type {any} */
  let timer;
  try {
    const body = new TextEncoder().encode(JSON.stringify(message()));
    const status = await new Promise((resolve, reject) => {
      const settle = { resolve: (/** @type {import("./runtime/runtime.d.ts").HttpResponse} */ response) => resolve(response.status), reject };
      const cancel = runtime.outsideRequest(() => runtime.exchange(address, "POST", headers, body, settle));
      timer = runtime.setTimeout(() => reject(cancel()), TIMEOUT_MS);
      timer?.unref?.();
    });
    return status === 200;
  } catch {
    return false;
  } finally {
    clearTimeout(timer);
  }
}

/**
 * An event, with how long ago it was: clocks may differ.
 *
 * @param {Queued} queued
 */
function told({ event, atMs }) {
  const { key, tags, reason, ...rest } = event;
  const shortened = (/** @type {string | undefined} */ text) => text?.slice(0, MAX_TEXT);
  return {
    ...rest,
    key: shortened(key),
    tags: tags && [String(shortened(tags.join(", ")))],
    reason: shortened(reason),
    agoMs: Math.round(monotonicMs() - atMs),
  };
}

/** One name for a process, however often a bundler has this module in it. */
function nameOfProcess() {
  const global = /** @type {Record<symbol, string | undefined>} */ (/** @type {unknown} */ (globalThis));
  return (global[INSTANCE] ??= randomName());
}

function randomName() {
  const [number = 0] = getRandomValues(new Uint32Array(1));
  const host = runtime.env("HOSTNAME");
  return `${host ? `${host}-` : ""}${number.toString(36)}`;
}
