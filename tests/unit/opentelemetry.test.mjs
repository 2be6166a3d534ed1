// The emitter for OpenTelemetry, before the real SDK with its exporter in memory.

import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { metrics } from "@opentelemetry/api";
import { AggregationTemporality, InMemoryMetricExporter, MeterProvider, PeriodicExportingMetricReader } from "@opentelemetry/sdk-metrics";
import { createOpenTelemetryEmitter } from "../../js/opentelemetry.mjs";

/** @typedef {import("../../types/index.d.ts").CacheEvent} CacheEvent */

/** @type {CacheEvent} */
const HIT = { type: "hit", key: "/a?secret=1", kind: "APP_PAGE", source: "table", ms: 3.5, bytes: 9_000, storedBytes: 2_000, requests: 1, units: { read: 2, write: 0 } };
/** @type {CacheEvent} */
const REVALIDATE = { type: "revalidate", tags: ["secret"], ms: 8, requests: 1, units: { read: 0, write: 1 } };

/** @type {InMemoryMetricExporter} */
let exporter;
/** @type {MeterProvider} */
let provider;
beforeEach(() => {
  exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  // It exports when it is flushed, and not while a test runs.
  provider = new MeterProvider({ readers: [new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 })] });
});
afterEach(async () => {
  metrics.disable();
  await provider.shutdown();
});

test("an event becomes five metrics, with units of UCUM and attributes of few words", async () => {
  metrics.setGlobalMeterProvider(provider);
  const emit = createOpenTelemetryEmitter();
  emit(HIT);
  emit({ ...HIT, ms: 1.5 });
  const { scope, metrics: exported } = await collected();
  assert.equal(scope.name, "nextjs-dynamodb-cache");
  const described = exported.map(({ descriptor: { name, unit, ...descriptor } }) => [name.replace("nextjs_dynamodb_cache.", ""), unit, /** @type {any} */ (descriptor).type]);
  assert.deepEqual(described.toSorted(), [
    ["dynamodb.consumed_capacity", "{capacity_unit}", "COUNTER"],
    ["dynamodb.requests", "{request}", "COUNTER"],
    ["entry.size", "By", "HISTOGRAM"],
    ["operation.duration", "s", "HISTOGRAM"],
    ["operations", "{operation}", "COUNTER"],
  ]);
  const attributes = {
    "nextjs_dynamodb_cache.operation.type": "hit",
    "nextjs_dynamodb_cache.entry.kind": "APP_PAGE",
    "nextjs_dynamodb_cache.source": "table",
  };
  assert.deepEqual(await pointsOf("operations"), [{ attributes, value: 2 }]);
  assert.deepEqual(await pointsOf("dynamodb.requests"), [{ attributes, value: 2 }]);
  const read = { ...attributes, "nextjs_dynamodb_cache.capacity.type": "read" };
  assert.deepEqual(await pointsOf("dynamodb.consumed_capacity"), [{ attributes: read, value: 4 }]);
  const [{ value: duration } = assert.fail()] = await pointsOf("operation.duration");
  assert.deepEqual([duration.count, duration.sum, duration.min, duration.max], [2, 0.005, 0.0015, 0.0035]);
  assert.deepEqual(duration.buckets.boundaries, [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10]);
  const [{ value: size } = assert.fail()] = await pointsOf("entry.size");
  assert.deepEqual([size.count, size.sum, size.buckets.counts[2]], [2, 4_000, 2]);
});

test("neither keys nor tags nor messages nor kinds that an application makes up become attributes", async () => {
  metrics.setGlobalMeterProvider(provider);
  const emit = createOpenTelemetryEmitter();
  const secret = `secret-${crypto.randomUUID()}`;
  const about = { key: secret, kind: secret, ms: 1, requests: 1, units: { read: 0, write: 0 } };
  const reasons = [`GetItem failed: ResourceNotFoundException: ${secret}`, `UpdateItem failed: DeadlineExceeded: ${secret}`, "no answer within the time limit", secret];
  reasons.forEach((reason) => emit({ ...about, type: "degraded", reason }));
  emit({ ...about, type: "miss", reason: "absent", kind: "fetch" });
  emit(REVALIDATE);
  const points = await pointsOf("operations");
  assert.ok(!JSON.stringify(points).includes("secret"));
  const words = points.map(({ attributes }) => [attributes["error.type"], attributes["nextjs_dynamodb_cache.entry.kind"], attributes["nextjs_dynamodb_cache.miss.reason"]]);
  assert.deepEqual(words, [
    ["ResourceNotFoundException", "OTHER", undefined],
    ["DeadlineExceeded", "OTHER", undefined],
    ["timeout", "OTHER", undefined],
    ["_OTHER", "OTHER", undefined],
    [undefined, "FETCH", "absent"],
    [undefined, undefined, undefined],
  ]);
});

test("a meter's name and attributes of one's own go with every measurement", async () => {
  metrics.setGlobalMeterProvider(provider);
  createOpenTelemetryEmitter({ meterName: "shop", attributes: { "service.tier": "web" } })(REVALIDATE);
  const { scope, metrics: exported } = await collected();
  assert.equal(scope.name, "shop");
  const all = exported.flatMap(({ dataPoints }) => dataPoints.map(({ attributes }) => attributes["service.tier"]));
  assert.deepEqual(all, all.map(() => "web"));
  assert.equal(all.length, 4);
});

test("without a provider events are dropped, and one that is registered later gets the next", async () => {
  const emit = createOpenTelemetryEmitter();
  emit(HIT);
  metrics.setGlobalMeterProvider(provider);
  emit(HIT);
  assert.equal((await pointsOf("operations"))[0]?.value, 1);
});

async function collected() {
  await provider.forceFlush();
  const [scopeMetrics = assert.fail("nothing was exported")] = exporter.getMetrics().at(-1)?.scopeMetrics ?? [];
  return scopeMetrics;
}

/**
 * @param {string} name
 * @returns {Promise<{ attributes: any, value: any }[]>}
 */
async function pointsOf(name) {
  const { metrics: exported } = await collected();
  const found = exported.find(({ descriptor }) => descriptor.name === `nextjs_dynamodb_cache.${name}`);
  return (found?.dataPoints ?? []).map(({ attributes, value }) => ({ attributes, value }));
}
