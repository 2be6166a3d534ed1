// createOpenTelemetryEmitter: an onEvent function that measures what the cache does, by the application's OpenTelemetry.

import { metrics } from "@opentelemetry/api";
import { errorTypeOf, kindOf } from "./few-words.mjs";

/** @typedef {import("../types/index.d.ts").CacheEvent} CacheEvent */
/** @typedef {import("@opentelemetry/api").Meter} Meter */
/** @typedef {import("@opentelemetry/api").MeterProvider} MeterProvider */

const NAME = "nextjs-dynamodb-cache";

/** What names of ours begin with, since OpenTelemetry's conventions have none for caches. */
const OURS = "nextjs_dynamodb_cache";

/** Those that the conventions advise for clients of databases, seconds. */
const SECONDS = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10];
const BYTES = [256, 1_024, 4_096, 16_384, 65_536, 262_144, 1_048_576, 4_194_304, 16_777_216];

/** @type {typeof import("../types/opentelemetry.d.ts").createOpenTelemetryEmitter} */
export function createOpenTelemetryEmitter({ meterName = NAME, attributes = {} } = {}) {
  /** @type {MeterProvider | undefined} */
  let provider;
  /** @type {ReturnType<typeof createInstruments>} */
  let instruments;

  return (event) => {
    // An application registers its provider when it likes, often after the handler is configured.
    const current = metrics.getMeterProvider();
    if (current !== provider) {
      provider = current;
      instruments = createInstruments(current.getMeter(meterName));
    }
    record(instruments, event, { ...attributes, ...attributesOf(event) });
  };
}

/**
 * Names, units and attributes follow https://opentelemetry.io/docs/specs/semconv/general/naming/
 *
 * @param {Meter} meter
 */
function createInstruments(meter) {
  return {
    operations: meter.createCounter(`${OURS}.operations`, {
      unit: "{operation}",
      description: "Operations of the cache, by how they went",
    }),
    duration: meter.createHistogram(`${OURS}.operation.duration`, {
      unit: "s",
      description: "How long an operation took",
      advice: { explicitBucketBoundaries: SECONDS },
    }),
    size: meter.createHistogram(`${OURS}.entry.size`, {
      unit: "By",
      description: "Bytes that an entry which was found or stored takes in the table",
      advice: { explicitBucketBoundaries: BYTES },
    }),
    requests: meter.createCounter(`${OURS}.dynamodb.requests`, {
      unit: "{request}",
      description: "Requests to DynamoDB, those that failed included",
    }),
    capacity: meter.createCounter(`${OURS}.dynamodb.consumed_capacity`, {
      unit: "{capacity_unit}",
      description: "Capacity units that the requests took, as DynamoDB says",
    }),
  };
}

/**
 * @param {ReturnType<typeof createInstruments>} instruments
 * @param {CacheEvent} event
 * @param {import("@opentelemetry/api").Attributes} attributes
 */
function record({ operations, duration, size, requests, capacity }, event, attributes) {
  operations.add(1, attributes);
  duration.record(event.ms / 1_000, attributes);
  if (event.storedBytes !== undefined) {
    size.record(event.storedBytes, attributes);
  }
  if (event.requests > 0) {
    requests.add(event.requests, attributes);
  }
  for (const type of /** @type {const} */ (["read", "write"])) {
    if (event.units[type] > 0) {
      capacity.add(event.units[type], { ...attributes, [`${OURS}.capacity.type`]: type });
    }
  }
}

/**
 * Never a key, a tag or a message.
 *
 * @param {CacheEvent} event
 */
function attributesOf(event) {
  const { type, source, reason } = event;
  const kind = kindOf(event);
  return {
    [`${OURS}.operation.type`]: type,
    ...(kind && { [`${OURS}.entry.kind`]: kind }),
    ...(source && { [`${OURS}.source`]: source }),
    ...(type === "miss" && reason && { [`${OURS}.miss.reason`]: reason }),
    ...(type === "degraded" && { "error.type": errorTypeOf(event) }),
  };
}
