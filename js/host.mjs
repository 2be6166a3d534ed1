// What the core asks of the process: HTTP, clocks, randomness, environment, files, a log. See `src/host.rs`.

/** @typedef {import("./runtime/runtime.d.ts").Exchange} Exchange */
/** @typedef {import("../types/index.d.ts").AwsCredentials} AwsCredentials */
/** @typedef {import("../types/index.d.ts").Logger} Logger */
/** @typedef {ReturnType<typeof createHost>} Host */

// Taken when the module loads: Next replaces the global ones while it prerenders, to see whether a page reads them.
const now = Date.now;
const performanceNow = performance.now.bind(performance);

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
   * @type {Map<Promise<unknown>, import("./timers.mjs").Timer | undefined>}
   */
  const underWay = new Map();
  let isAwaited = true;
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

    /** @param {number} delayMs */
    sleep(delayMs) {
      /** @type {() => void} */
      let done = () => {};
      const promise = new Promise((resolve) => {
        done = () => {
          underWay.delete(promise);
          resolve(undefined);
        };
      });
      const timer = timers.start(done, delayMs);
      underWay.set(promise, timer);
      if (!isAwaited) {
        timer.unref();
      }
      const cancel = () => {
        timer.end();
        done();
      };
      return { promise, cancel };
    },

    /**
     * @param {string} url
     * @param {string} method
     * @param {string} headers a line each, as those of the response are
     * @param {Uint8Array<ArrayBuffer>} body in the core's memory
     * @param {number} timeoutMs
     */
    fetch(url, method, headers, body, timeoutMs) {
      const { promise: answered, cancel: callOff } = exchange(url, method, headers, body);
      /** @type {(error?: unknown) => void} ends it at once, also where a `fetch` heeds no signal */
      let end = () => {};
      const promise = new Promise((resolve, reject) => {
        const timer = timers.start(() => end({ timedOut: true }), timeoutMs);
        const settled = () => {
          timer.end();
          underWay.delete(promise);
        };
        answered.then(
          (response) => {
            settled();
            resolve(response);
          },
          (error) => {
            settled();
            reject(causeOf(error));
          },
        );
        end = (error) => {
          settled();
          reject(error);
          callOff();
        };
      });
      underWay.set(promise, undefined);
      // Cancelled exchanges reject after nobody listens any more.
      promise.catch(() => {});
      return { promise, cancel: () => end() };
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
    buffer(bytes) {
      const copied = new Uint8Array(bytes);
      return globalThis.Buffer?.from(copied.buffer) ?? copied;
    },

    /** @param {Uint16Array} units in the core's memory */
    textOfUtf16({ buffer, byteOffset, byteLength }) {
      return globalThis.Buffer?.from(/** @type {ArrayBuffer} */ (buffer), byteOffset, byteLength).toString("utf16le");
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
