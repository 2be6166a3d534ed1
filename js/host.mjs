// What the core asks of the process: HTTP, clocks, randomness, environment, files, a log. See `src/host.rs`.

/** @typedef {import("./runtime/runtime.d.ts").Exchange} Exchange */
/** @typedef {import("../types/index.d.ts").AwsCredentials} AwsCredentials */
/** @typedef {import("../types/index.d.ts").Logger} Logger */
/** @typedef {ReturnType<typeof createHost>} Host */

/**
 * Gives the core what it asked for under this number: a response, or what went wrong. It takes the response over at once.
 *
 * @callback Settle
 * @param {number} number
 * @param {unknown} given
 * @param {boolean} failed
 * @returns {void}
 */

// Taken when the module loads: Next replaces the global ones while it prerenders, to see whether a page reads them.
const now = Date.now;
const performanceNow = performance.now.bind(performance);

/**
 * Copies what it is given into a `Buffer` with memory of its own. `Buffer` itself has that of a shared pool, or takes two steps.
 *
 * @type {new (bytes: Uint8Array) => Uint8Array}
 */
const BufferOfItsOwn = /** @type {any} */ (globalThis.Buffer)?.[Symbol.species] ?? Uint8Array;

const TIMED_OUT = { timedOut: true };

/** Below this the core is done before a native call has begun. */
const MIN_DEFLATED_BYTES = 4_096;

/**
 * The object that `src/wasm/host.rs` calls.
 *
 * @param {{
 *   exchange: Exchange,
 *   logger: Logger,
 *   credentials?: AwsCredentials | (() => Promise<AwsCredentials> | AwsCredentials),
 *   env: (name: string) => string | undefined,
 *   readFile: (path: string) => Promise<Uint8Array | null>,
 *   writeFile: (path: string, bytes: Uint8Array) => Promise<boolean>,
 *   runProcess: (command: string, timeoutMs: number) => Promise<Uint8Array | null>,
 *   loadChain?: () => Promise<typeof import("./chain.mjs")>,
 *   deflate?: (raw: Uint8Array) => Uint8Array,
 *   inflate?: (compressed: Uint8Array, rawBytes: number) => Uint8Array,
 *   timers: import("./timers.mjs").Timers,
 * }} process
 */
export function createHost({ exchange, logger, credentials, loadChain, deflate, inflate, timers, ...process }) {
  /**
   * What the core waits for, and has not called off; the timer of a pause.
   *
   * @type {Map<object, import("./timers.mjs").Timer | undefined>}
   */
  const underWay = new Map();
  let isAwaited = true;
  /** @type {Buffer | undefined} the core's, until it grows */
  let memory;
  return {
    /** Whether the core waits for nothing. */
    isQuiet: () => underWay.size === 0,

    /**
     * Whether anyone waits for the core. A pause in what it does by itself keeps no process alive.
     *
     * @param {boolean} awaited
     */
    setAwaited(awaited) {
      isAwaited = awaited;
      if (!awaited) {
        underWay.forEach((timer) => timer?.unref());
      }
    },

    now,
    monotonic: performanceNow,
    env: process.env,
    readFile: process.readFile,
    writeFile: process.writeFile,
    runProcess: process.runProcess,

    /**
     * Absent where there is nothing to be found.
     *
     * @param {import("./chain.mjs").Question} question
     * @param {string | undefined} region
     * @param {number} limitMs
     */
    async askChain(question, region, limitMs) {
      const chain = await loadChain?.();
      return chain?.askChain(this, inflate, question, region, limitMs);
    },

    // Reached for when it is needed: on Node.js the global `crypto` loads half of node:crypto.
    random32: () => crypto.getRandomValues(new Uint32Array(1))[0] ?? 0,

    /**
     * @param {Settle} settle
     * @param {number} number
     * @param {number} delayMs
     */
    sleep(settle, number, delayMs) {
      const timer = timers.start(() => underWay.delete(pending) && settle(number, undefined, false), delayMs);
      const pending = {
        cancel() {
          underWay.delete(pending);
          timer.end();
        },
      };
      underWay.set(pending, timer);
      if (!isAwaited) {
        timer.unref();
      }
      return pending;
    },

    /**
     * @param {Settle} settle
     * @param {number} number
     * @param {string} url
     * @param {string} method
     * @param {string} headers a line each, as those of the response are
     * @param {Uint8Array<ArrayBuffer>} body in the core's memory
     * @param {number} timeoutMs
     */
    fetch(settle, number, url, method, headers, body, timeoutMs) {
      /** @type {() => void} ends the exchange, also where a `fetch` heeds no signal */
      let callOff = () => {};
      const pending = { cancel: () => isOver() && callOff() };
      const timer = timers.start(() => {
        if (isOver()) {
          callOff();
          settle(number, TIMED_OUT, true);
        }
      }, timeoutMs);
      underWay.set(pending, undefined);
      /** Whatever comes first counts, and nothing after it. */
      const isOver = () => {
        timer.end();
        return underWay.delete(pending);
      };
      let isAsking = true;
      /** @param {unknown} given @param {boolean} failed */
      const give = (given, failed) => {
        if (isAsking) {
          queueMicrotask(() => give(given, failed)); // the core can take nothing before it has asked
        } else if (isOver()) {
          settle(number, given, failed);
        }
      };
      callOff = exchange(url, method, headers, body, {
        resolve: (response) => give(response, false),
        reject: (error) => give(causeOf(error), true),
      });
      isAsking = false;
      return pending;
    },

    /**
     * In place of the core, if the runtime can. What it gets lies in the core's memory.
     *
     * @param {Uint8Array} raw
     */
    deflate(raw) {
      return deflate && raw.length >= MIN_DEFLATED_BYTES ? deflate(raw) : undefined;
    },

    /**
     * What Next has as a `Buffer`, in memory of its own: of a shared pool, `buffer` would be more than the value.
     *
     * @param {Uint8Array} bytes in the core's memory
     */
    buffer: (bytes) => new BufferOfItsOwn(bytes),

    /** @param {Uint16Array<ArrayBuffer>} units in the core's memory, where there is a `Buffer` */
    textOfUtf16({ buffer, byteOffset, byteLength }) {
      if (memory?.buffer !== buffer) {
        memory = globalThis.Buffer.from(buffer);
      }
      return memory.toString("utf16le", byteOffset, byteOffset + byteLength);
    },

    /**
     * The answer of a get, in one piece.
     *
     * @param {number} version
     * @param {boolean} callsForRender
     * @param {string[] | undefined} revalidatedTags of a stale one
     * @param {unknown} value
     * @param {string} kind
     * @param {number} lastModified
     * @param {number | false | undefined} revalidate
     * @param {number | undefined} expire
     * @param {number} rawBytes
     * @param {number} storedBytes
     */
    entry(version, callsForRender, revalidatedTags, value, kind, lastModified, revalidate, expire, rawBytes, storedBytes) {
      const status = revalidatedTags ? "stale" : "fresh";
      return { status, version, callsForRender, revalidatedTags, value, kind, lastModified, revalidate, expire, rawBytes, storedBytes };
    },

    /**
     * @param {number} version
     * @param {boolean} callsForRender
     * @param {string} reason
     * @param {string} detail
     */
    miss: (version, callsForRender, reason, detail) => ({ status: "miss", version, callsForRender, reason, detail }),

    /**
     * @param {"debug" | "info" | "warn" | "error"} level
     * @param {string} message
     */
    log(level, message) {
      logger[level](message);
    },

    async credentials() {
      return typeof credentials === "function" ? credentials() : credentials;
    },
  };
}

/**
 * What undici hides behind "fetch failed".
 *
 * @param {any} error
 */
function causeOf(error) {
  return error?.cause instanceof Error ? error.cause : error;
}
