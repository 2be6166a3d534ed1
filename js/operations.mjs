// What the cache does: counted for `stats()`, and told to `onEvent` and to the debug log where someone listens.

import { messageOf } from "./complaints.mjs";
import { callGiven } from "./given.mjs";

/** @typedef {import("../types/index.d.ts").CacheEvent} CacheEvent */
/** @typedef {import("../types/index.d.ts").CacheStats} CacheStats */
/** @typedef {import("../types/index.d.ts").Logger} Logger */
/** @typedef {{ kind?: string, rawBytes?: number, storedBytes?: number }} Entry what was found or stored */
/** @typedef {Omit<CacheStats, "memory" | "units"> & { units: { read: number, write: number } }} Counters */

/** Counts. Where nobody listens, one serves all. */
export class Operation {
  #counters;

  /** @param {Counters} counters */
  constructor(counters) {
    this.#counters = counters;
  }

  /**
   * What a call of the core is to tell what it consumes. Nothing, where its own meter counts the same, which costs less.
   *
   * @returns {Operation | undefined}
   */
  get meter() {
    return undefined;
  }

  /**
   * The core calls it (`src/wasm/meter.rs`), several times for a request.
   *
   * @param {number} requests
   * @param {number} sentBytes
   * @param {number} receivedBytes
   * @param {number} readUnits
   * @param {number} writeUnits
   */
  consumed(requests, sentBytes, receivedBytes, readUnits, writeUnits) {
    const counters = this.#counters;
    counters.requests += requests;
    counters.bytes.sent += sentBytes;
    counters.bytes.received += receivedBytes;
    counters.units.read += readUnits;
    counters.units.write += writeUnits;
  }

  /**
   * @param {CacheEvent["type"]} type how it went
   * @param {string} [reason] of a miss one of few words, else what went wrong
   * @param {Entry} [_entry]
   * @param {CacheEvent["source"]} [_source]
   */
  end(type, reason, _entry, _source) {
    this.#counters.operations[type]++;
    if (type === "miss") {
      this.#counters.misses[/** @type {keyof CacheStats["misses"]} */ (reason)]++;
    }
  }
}

/** One that is told of. */
class HeardOperation extends Operation {
  #tell;
  #began = performance.now();
  #about;
  #requests = 0;
  #units = { read: 0, write: 0 };

  /**
   * @param {Counters} counters
   * @param {(event: CacheEvent) => void} tell
   * @param {Pick<CacheEvent, "key" | "kind" | "tags">} about
   */
  constructor(counters, tell, about) {
    super(counters);
    this.#tell = tell;
    this.#about = about;
  }

  /** @returns {Operation} */
  get meter() {
    return this;
  }

  /** @type {Operation["consumed"]} */
  consumed(requests, sentBytes, receivedBytes, readUnits, writeUnits) {
    super.consumed(requests, sentBytes, receivedBytes, readUnits, writeUnits);
    this.#requests += requests;
    this.#units.read += readUnits;
    this.#units.write += writeUnits;
  }

  /** @type {Operation["end"]} */
  end(type, reason, entry, source) {
    super.end(type, reason);
    const { key, tags } = this.#about;
    const kind = entry?.kind ?? this.#about.kind;
    const { rawBytes: bytes, storedBytes } = entry ?? {};
    this.#tell({
      type,
      ...(key !== undefined && { key }),
      ...(kind !== undefined && { kind }),
      ...(tags && { tags }),
      ...(source && { source }),
      ...(reason !== undefined && { reason }),
      ms: performance.now() - this.#began,
      ...(bytes !== undefined && { bytes, storedBytes }),
      requests: this.#requests,
      units: { ...this.#units },
    });
  }
}

/**
 * @param {{ onEvent?: (event: CacheEvent) => void, logger: Logger, isDebugging: boolean }} listeners
 */
export function createOperations({ onEvent, logger, isDebugging }) {
  const counters = newCounters();
  const silent = new Operation(counters);
  /** @param {CacheEvent} event */
  const tell = (event) => {
    if (isDebugging) {
      logger.debug(lineOf(event, onEvent !== undefined));
    }
    callGiven(() => onEvent?.(event), (error) => logger.warn(`the onEvent option threw: ${messageOf(error)}`));
  };
  const isHeard = onEvent !== undefined || isDebugging;
  return {
    /** The core's own meter: counts what no event tells of. */
    silent,

    /**
     * @param {string | undefined} key
     * @param {string} [kind]
     * @param {string[]} [tags]
     * @returns {Operation}
     */
    begin: (key, kind, tags) => (isHeard ? new HeardOperation(counters, tell, { key, kind, tags }) : silent),

    /**
     * @param {number[] | Float64Array} memory
     * @returns {CacheStats}
     */
    stats({ 0: bytes = 0, 1: entries = 0 }) {
      const { units, ...counted } = structuredClone(counters);
      return { ...counted, ...(onEvent && { units }), memory: { bytes, entries } };
    },
  };
}

/** @returns {Counters} */
function newCounters() {
  return {
    operations: { hit: 0, stale: 0, miss: 0, set: 0, revalidate: 0, degraded: 0 },
    misses: { absent: 0, revalidated: 0, unreadable: 0, "another kind": 0 },
    requests: 0,
    bytes: { sent: 0, received: 0 },
    units: { read: 0, write: 0 },
  };
}

/**
 * An operation in one line, as Next's own handlers write them.
 *
 * @param {CacheEvent} event
 * @param {boolean} knowsUnits
 */
function lineOf({ type, key, kind, tags, source, reason, ms, storedBytes, requests, units }, knowsUnits) {
  const what = [type, key ?? tags?.join(", "), kind && `(${kind})`].filter(Boolean).join(" ");
  const details = [
    reason,
    source && `from the ${source}`,
    `${ms.toFixed(1)} ms`,
    `${requests} ${requests === 1 ? "request" : "requests"}`,
    knowsUnits && `${units.read} read and ${units.write} write units`,
    storedBytes !== undefined && `${storedBytes} bytes stored`,
  ];
  return `${what}: ${details.filter(Boolean).join(", ")}`;
}
