// What the instances report, counted by the second and kept for ten minutes, in memory alone.

import { dollarsOf } from "../prices.mjs";

export const KEPT_S = 600;
const TYPES = /** @type {const} */ (["hit", "stale", "miss", "set", "revalidate", "degraded"]);
/** Latencies are kept of so many operations, newest first to stay. */
const MAX_SAMPLES = 20_000;
const MAX_RECENT = 60;
const MAX_INSTANCES = 500;
const MAX_TEXT = 300;
const MONTH_S = 30 * 86_400;

/** @typedef {(typeof TYPES)[number]} Type */
/** @typedef {"get" | "set" | "revalidate"} Operation */
/** @typedef {{ atS: number, instance: string, operation: Operation, ms: number }} Sample */
/**
 * @typedef {object} Bucket of one instance in one second
 * @property {Record<Type, number>} counts
 * @property {number} readUnits
 * @property {number} writeUnits
 * @property {number} requests
 * @property {number} rawBytes of what was set
 * @property {number} storedBytes of what was set
 * @property {boolean} hasUnits
 */

/** @param {() => number} now Unix milliseconds */
export function createTelemetry(now = Date.now) {
  /** @type {Map<number, Map<string, Bucket>>} by second */
  const seconds = new Map();
  /** @type {Sample[]} oldest first */
  let samples = [];
  /** @type {(Record<string, unknown> & { atMs: number })[]} newest first */
  let recent = [];
  /** @type {Map<string, { lastAtMs: number, dropped: number }>} */
  const instances = new Map();

  return {
    /**
     * @param {unknown} given what `createReporter` posts
     * @returns {number} how many of them were understood
     */
    add(given) {
      const { instance, dropped, events } = /** @type {Record<string, any>} */ (given ?? {});
      const name = shortened(instance) ?? "unnamed";
      const known = Array.isArray(events) ? events.filter(isEvent) : [];
      if (known.length === 0) {
        return 0;
      }
      const seen = instances.get(name) ?? { lastAtMs: 0, dropped: 0 };
      instances.delete(name); // so that the one that is silent for longest comes first
      instances.set(name, { lastAtMs: now(), dropped: seen.dropped + amount(dropped) });
      if (instances.size > MAX_INSTANCES) {
        instances.delete(/** @type {string} */ ([...instances.keys()][0]));
      }
      known.forEach((event) => count(name, event));
      forget();
      return known.length;
    },

    report() {
      forget();
      const nowS = Math.floor(now() / 1_000);
      const all = [...seconds.values()].flatMap((bySecond) => [...bySecond]);
      const buckets = all.map(([, bucket]) => bucket);
      return {
        nowS,
        keptS: KEPT_S,
        seconds: [...seconds].sort(([a], [b]) => a - b).map(([atS, bySecond]) => ({ atS, ...countsOf([...bySecond.values()]) })),
        totals: { ...countsOf(buckets), hitRatio: hitRatio(countsOf(buckets)) },
        latency: Object.fromEntries(
          /** @type {Operation[]} */ (["get", "set", "revalidate"]).map((operation) => [
            operation,
            percentiles(samples.filter((sample) => sample.operation === operation)),
          ]),
        ),
        bytes: { raw: sum(buckets, "rawBytes"), stored: sum(buckets, "storedBytes") },
        units: unitsOf(buckets, nowS - Math.min(nowS, ...seconds.keys()) + 1),
        instances: [...instances].reverse().map(([name, { lastAtMs, dropped }]) => {
          const own = countsOf(all.filter(([of]) => of === name).map(([, bucket]) => bucket));
          const gets = samples.filter(({ instance, operation }) => instance === name && operation === "get");
          return { name, silentS: Math.round((now() - lastAtMs) / 1_000), dropped, ...own, hitRatio: hitRatio(own), latency: percentiles(gets) };
        }),
        recent,
      };
    },
  };

  /**
   * @param {string} instance
   * @param {Record<string, any>} event
   */
  function count(instance, { type, ms, agoMs, units, requests, bytes, storedBytes, key, tags, kind, reason, source }) {
    const atMs = now() - amount(agoMs);
    const atS = Math.floor(atMs / 1_000);
    const bucket = bucketOf(atS, instance);
    bucket.counts[/** @type {Type} */ (type)]++;
    bucket.readUnits += amount(units?.read);
    bucket.writeUnits += amount(units?.write);
    bucket.hasUnits ||= units !== undefined && units !== null;
    bucket.requests += amount(requests);
    if (type === "set") {
      bucket.rawBytes += amount(bytes);
      bucket.storedBytes += amount(storedBytes);
    }
    const operation = type === "set" || type === "revalidate" ? type : "get";
    if (type !== "degraded") {
      samples.push({ atS, instance, operation, ms });
    }
    const what = shortened(key) ?? (Array.isArray(tags) ? shortened(tags.join(", ")) : null);
    recent.unshift({ atMs, instance, type, ms, what, kind: shortened(kind), reason: shortened(reason), source: shortened(source), storedBytes: amount(storedBytes) });
  }

  /**
   * @param {number} atS
   * @param {string} instance
   */
  function bucketOf(atS, instance) {
    const bySecond = seconds.get(atS) ?? new Map();
    seconds.set(atS, bySecond);
    const bucket = bySecond.get(instance) ?? emptyBucket();
    bySecond.set(instance, bucket);
    return bucket;
  }

  function forget() {
    const oldestS = Math.floor(now() / 1_000) - KEPT_S;
    for (const atS of seconds.keys()) {
      if (atS <= oldestS) {
        seconds.delete(atS);
      }
    }
    for (const [name, { lastAtMs }] of instances) {
      if (lastAtMs / 1_000 <= oldestS) {
        instances.delete(name);
      }
    }
    samples = samples.filter(({ atS }) => atS > oldestS).slice(-MAX_SAMPLES);
    // They come in batches, of one instance each.
    recent = recent.sort((a, b) => b.atMs - a.atMs).slice(0, MAX_RECENT);
  }
}

/** @returns {Bucket} */
function emptyBucket() {
  const counts = { hit: 0, stale: 0, miss: 0, set: 0, revalidate: 0, degraded: 0 };
  return { counts, readUnits: 0, writeUnits: 0, requests: 0, rawBytes: 0, storedBytes: 0, hasUnits: false };
}

/** @param {unknown} event */
function isEvent(event) {
  const { type, ms } = /** @type {Record<string, any>} */ (event ?? {});
  return TYPES.includes(type) && typeof ms === "number" && Number.isFinite(ms) && ms >= 0;
}

/** @param {Bucket[]} buckets */
function countsOf(buckets) {
  const totals = { ...emptyBucket().counts };
  for (const { counts } of buckets) {
    TYPES.forEach((type) => (totals[type] += counts[type]));
  }
  return totals;
}

/** What was served from the cache, of what was asked for; null where nothing was. @param {Record<Type, number>} counts */
function hitRatio({ hit, stale, miss, degraded }) {
  const gets = hit + stale + miss + degraded;
  return gets > 0 ? (hit + stale) / gets : null;
}

/**
 * By the nearest rank.
 *
 * @param {{ ms: number }[]} of
 */
function percentiles(of) {
  const sorted = of.map(({ ms }) => ms).sort((a, b) => a - b);
  const at = (/** @type {number} */ share) => sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? null;
  return { count: sorted.length, p50: at(0.5), p95: at(0.95), p99: at(0.99) };
}

/**
 * Read and write units with their price; null where no event tells units.
 *
 * @param {Bucket[]} buckets
 * @param {number} overS how long it took to use them
 */
function unitsOf(buckets, overS) {
  if (!buckets.some(({ hasUnits }) => hasUnits)) {
    return null;
  }
  const units = { read: sum(buckets, "readUnits"), write: sum(buckets, "writeUnits") };
  const dollars = dollarsOf(units);
  return { ...units, requests: sum(buckets, "requests"), dollars, dollarsPerMonth: (dollars / overS) * MONTH_S, overS };
}

/**
 * @param {Bucket[]} buckets
 * @param {"readUnits" | "writeUnits" | "requests" | "rawBytes" | "storedBytes"} name
 */
function sum(buckets, name) {
  return buckets.reduce((total, bucket) => total + bucket[name], 0);
}

/** @param {unknown} given */
function amount(given) {
  return typeof given === "number" && Number.isFinite(given) && given > 0 ? given : 0;
}

/** @param {unknown} given */
function shortened(given) {
  return typeof given === "string" && given !== "" ? given.slice(0, MAX_TEXT) : null;
}
