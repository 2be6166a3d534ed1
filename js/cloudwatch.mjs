// createCloudWatchEmitter: an onEvent function that writes CloudWatch's embedded metric format to standard output, where
// Lambda, and the awslogs driver of ECS, collect it.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html

import runtime from "#runtime";
import { errorTypeOf, kindOf } from "./few-words.mjs";
import { callGiven } from "./given.mjs";

/** @typedef {import("../types/index.d.ts").CacheEvent} CacheEvent */
/** @typedef {{ name: string, unit: "Count" | "Milliseconds" | "Bytes", value: number | number[] }} Metric */

const INTERVAL_MS = 60_000;
const MAX_TIMEOUT_MS = 2 ** 31 - 1;
/** Of one metric in one line, by the specification. */
const MAX_VALUES = 100;
/** Of one metric in one interval: percentiles of some hundred are as good. An even number, since it is halved. */
const MAX_KEPT = 500;
const MAX_DIMENSIONS = 30;

/** The count that an event adds to. */
const COUNTS = { hit: "Hits", stale: "StaleHits", miss: "Misses", set: "Sets", revalidate: "Revalidations", degraded: "Degraded" };

// Taken when the module loads: Next replaces the global ones while it prerenders, to see whether a page reads them.
const now = Date.now;

/** @type {typeof import("../types/cloudwatch.d.ts").createCloudWatchEmitter} */
export function createCloudWatchEmitter({
  namespace = "nextjs-dynamodb-cache",
  dimensions = {},
  write = writeLine,
  intervalMs = INTERVAL_MS,
} = {}) {
  check(namespace, dimensions, intervalMs);
  /** @type {ReturnType<typeof startBatch> | undefined} */
  let batch;

  /** @param {CacheEvent} event */
  function emit(event) {
    // Where timers stand still between requests, as on Lambda, the event after the interval finds it.
    if (batch && isOver(batch, intervalMs)) {
      flush();
    }
    batch ??= open();
    batch.add(event);
  }

  function open() {
    const opened = startBatch(now());
    const timer = /** @type {any} */ (runtime.setTimeout(() => batch === opened && flush(), intervalMs));
    timer?.unref?.();
    return opened;
  }

  function flush() {
    const done = batch;
    batch = undefined;
    for (const line of done ? linesOf(done.close(), namespace, dimensions) : []) {
      callGiven(() => write(line)); // from a timer, where nobody would catch it
    }
  }

  return Object.assign(emit, { flush });
}

/**
 * Also when the clock was set back.
 *
 * @param {{ startedMs: number }} batch
 * @param {number} intervalMs
 */
function isOver({ startedMs }, intervalMs) {
  const age = now() - startedMs;
  return age >= intervalMs || age < 0;
}

/**
 * What happens from now on, as one sum.
 *
 * @param {number} startedMs
 */
function startBatch(startedMs) {
  /** @type {Record<string, number>} */
  const counts = Object.fromEntries(Object.values(COUNTS).map((name) => [name, 0]));
  const costs = { Requests: 0, ReadUnits: 0, WriteUnits: 0 };
  const durations = { GetDuration: sample(), WriteDuration: sample() };
  const sizes = { StoredBytesRead: 0, StoredBytesWritten: 0 };
  /** @type {Record<"MissReasons" | "Errors" | "Kinds", Record<string, number>>} */
  const details = { MissReasons: {}, Errors: {}, Kinds: {} };

  return {
    startedMs,

    /** @param {CacheEvent} event */
    add(event) {
      const { type, reason, ms, storedBytes = 0, requests, units } = event;
      increment(counts, COUNTS[type]);
      costs.Requests += requests;
      costs.ReadUnits += units.read;
      costs.WriteUnits += units.write;
      const isWrite = type === "set" || type === "revalidate";
      sizes[isWrite ? "StoredBytesWritten" : "StoredBytesRead"] += storedBytes;
      // What is degraded took its budget, whatever it was: it would hide how long the others take.
      if (type === "degraded") {
        increment(details.Errors, errorTypeOf(event));
      } else {
        durations[isWrite ? "WriteDuration" : "GetDuration"].add(ms);
      }
      if (type === "miss") {
        increment(details.MissReasons, reason ?? "unknown");
      }
      increment(details.Kinds, kindOf(event) ?? "NONE");
    },

    close() {
      /** @type {Metric[]} */
      const metrics = [
        ...Object.entries({ ...counts, ...costs }).map(([name, value]) => metric(name, "Count", value)),
        ...Object.entries(sizes).map(([name, value]) => metric(name, "Bytes", value)),
        ...Object.entries(durations).map(([name, { values }]) => metric(name, "Milliseconds", values())),
      ];
      return { startedMs, metrics, details };
    },
  };
}

/**
 * Some of many values, at even distances: when there are too many, every other one goes, and from then on only every
 * second, fourth, eighth is taken. Percentiles stay, and no randomness is needed.
 */
function sample() {
  /** @type {number[]} */
  let kept = [];
  let step = 1;
  let seen = 0;
  return {
    /** @param {number} value */
    add(value) {
      if (seen++ % step !== 0) {
        return;
      }
      kept.push(Math.round(value * 1_000) / 1_000);
      if (kept.length === MAX_KEPT) {
        kept = kept.filter((_, index) => index % 2 === 0);
        step *= 2;
      }
    },
    values: () => kept,
  };
}

/**
 * As many lines as the longest list of values needs; all but the first hold values alone, so that nothing counts twice.
 *
 * @param {{ startedMs: number, metrics: Metric[], details: Record<string, Record<string, number>> }} batch
 * @param {string} namespace
 * @param {Record<string, string>} dimensions
 * @returns {string[]}
 */
function linesOf({ startedMs, metrics, details }, namespace, dimensions) {
  const lists = metrics.map(({ value }) => (Array.isArray(value) ? value.length : 0));
  const lines = Math.max(1, Math.ceil(Math.max(...lists) / MAX_VALUES));
  return Array.from({ length: lines }, (_, line) => {
    const inLine = metrics.flatMap(({ name, unit, value }) => {
      const part = Array.isArray(value) ? value.slice(line * MAX_VALUES, (line + 1) * MAX_VALUES) : value;
      const isThere = Array.isArray(part) ? part.length > 0 : line === 0;
      return isThere ? [metric(name, unit, part)] : [];
    });
    const directive = {
      Namespace: namespace,
      Dimensions: [Object.keys(dimensions)],
      Metrics: inLine.map(({ name, unit }) => ({ Name: name, Unit: unit })),
    };
    return JSON.stringify({
      _aws: { Timestamp: startedMs, CloudWatchMetrics: [directive] },
      ...dimensions,
      ...Object.fromEntries(inLine.map(({ name, value }) => [name, value])),
      ...(line === 0 && details),
    });
  });
}

/**
 * @param {string} namespace
 * @param {Record<string, string>} dimensions
 * @param {number} intervalMs
 * @throws {TypeError} where CloudWatch would drop the lines and not say so
 */
function check(namespace, dimensions, intervalMs) {
  const refuse = (/** @type {string} */ why) => {
    throw new TypeError(`nextjs-dynamodb-cache: createCloudWatchEmitter: ${why}`);
  };
  if (typeof namespace !== "string" || !/^[\w.\-/#: ]{1,255}$/.test(namespace) || namespace.startsWith("AWS/")) {
    refuse("namespace is 1 to 255 of the characters A-Z, a-z, 0-9 and . - _ / # : and does not begin with AWS/");
  }
  const all = Object.entries(dimensions);
  if (all.length > MAX_DIMENSIONS) {
    refuse(`there are ${all.length} dimensions, and CloudWatch takes ${MAX_DIMENSIONS}`);
  }
  const taken = new Set(["_aws", "MissReasons", "Errors", "Kinds", ...startBatch(0).close().metrics.map(({ name }) => name)]);
  for (const [name, value] of all) {
    if (!/^[\x21-\x39\x3b-\x7e][\x20-\x7e]{0,249}$/.test(name) || taken.has(name)) {
      refuse(`the dimension ${JSON.stringify(name)} has a name that CloudWatch or a metric of this emitter does not leave room for`);
    }
    if (typeof value !== "string" || !/^[\x20-\x7e]{1,1024}$/.test(value) || value.trim() === "") {
      refuse(`the dimension ${JSON.stringify(name)} is not a string of 1 to 1024 ASCII characters`);
    }
  }
  if (!Number.isInteger(intervalMs) || intervalMs < 0 || intervalMs > MAX_TIMEOUT_MS) {
    refuse(`intervalMs is a whole number of milliseconds up to ${MAX_TIMEOUT_MS}`);
  }
}

/**
 * To standard output itself: Lambda's console, and many a logger that replaces the console, would write something before
 * it, and a line must be JSON and nothing else.
 *
 * @param {string} line
 */
function writeLine(line) {
  const output = globalThis.process?.stdout;
  if (typeof output?.write === "function") {
    output.write(`${line}\n`);
  } else {
    console.log(line);
  }
}

/**
 * @param {Record<string, number>} counts
 * @param {string} name
 */
function increment(counts, name) {
  counts[name] = (counts[name] ?? 0) + 1;
}

/**
 * @param {string} name
 * @param {Metric["unit"]} unit
 * @param {Metric["value"]} value
 * @returns {Metric}
 */
function metric(name, unit, value) {
  return { name, unit, value };
}
