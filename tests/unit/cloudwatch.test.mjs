// The emitter for CloudWatch: each line is held against the specification of the embedded metric format.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { after, beforeEach, mock, test } from "node:test";
import { promisify } from "node:util";
import { Ajv } from "ajv";

/** @typedef {import("../../types/index.d.ts").CacheEvent} CacheEvent */

const START_MS = 1_790_000_000_000;
const MINUTE_MS = 60_000;
mock.timers.enable({ apis: ["setTimeout", "Date"], now: START_MS });
after(() => mock.timers.reset());
// The emitter takes clock and timer when it is loaded.
const { createCloudWatchEmitter } = await import("../../js/cloudwatch.mjs");

const UNITS = ["Seconds", "Microseconds", "Milliseconds", "Bytes", "Kilobytes", "Megabytes", "Gigabytes", "Terabytes", "Bits", "Percent", "Count", "None"];
const name = (/** @type {number} */ maxLength) => ({ type: "string", minLength: 1, maxLength });
/** What the specification's own schema asks of a document, and of what its text asks what a schema can say. */
const isDocument = new Ajv({ strict: true, allowUnionTypes: true }).compile({
  type: "object",
  required: ["_aws"],
  properties: {
    _aws: {
      type: "object",
      required: ["Timestamp", "CloudWatchMetrics"],
      additionalProperties: false,
      properties: {
        Timestamp: { type: "integer" },
        CloudWatchMetrics: {
          type: "array",
          items: {
            type: "object",
            required: ["Namespace", "Dimensions", "Metrics"],
            additionalProperties: false,
            properties: {
              Namespace: name(1024),
              Dimensions: { type: "array", minItems: 1, items: { type: "array", minItems: 0, maxItems: 30, items: name(250) } },
              Metrics: {
                type: "array",
                maxItems: 100,
                items: {
                  type: "object",
                  required: ["Name"],
                  additionalProperties: false,
                  properties: { Name: name(1024), Unit: { enum: UNITS }, StorageResolution: { type: "integer" } },
                },
              },
            },
          },
        },
      },
    },
  },
});
const isMetricTarget = new Ajv({ allowUnionTypes: true }).compile({
  type: ["number", "array"],
  items: { type: "number" },
  minItems: 1,
  maxItems: 100,
});

/** @type {string[]} */
const lines = [];
const write = (/** @type {string} */ line) => void lines.push(line);
beforeEach(() => {
  mock.timers.tick(10 * MINUTE_MS);
  lines.length = 0;
});

test("a minute of events is one line of the format, which sums them", () => {
  const emit = createCloudWatchEmitter({ write, namespace: "shop", dimensions: { Service: "web" } });
  const startedMs = Date.now();
  emit(event("hit", { ms: 3.14159, storedBytes: 2_000, units: { read: 2, write: 0 } }));
  emit(event("stale", { ms: 4, storedBytes: 500 }));
  emit(event("miss", { reason: "absent", kind: "FETCH" }));
  emit(event("miss", { reason: "revalidated" }));
  emit(event("set", { ms: 9, storedBytes: 7_000, requests: 2, units: { read: 0, write: 8 } }));
  emit(event("revalidate", { ms: 12, key: undefined, kind: undefined, tags: ["t"], units: { read: 0, write: 1 } }));
  emit(event("degraded", { ms: 300, reason: "GetItem failed: AccessDeniedException: no (status 400). Allow …" }));
  mock.timers.tick(MINUTE_MS - 1);
  assert.deepEqual(lines, []);
  mock.timers.tick(1);
  const [{ _aws, ...members } = assert.fail()] = documents();
  assert.equal(lines.length, 1);
  assert.equal(_aws.Timestamp, startedMs);
  assert.deepEqual([_aws.CloudWatchMetrics[0].Namespace, _aws.CloudWatchMetrics[0].Dimensions], ["shop", [["Service"]]]);
  assert.deepEqual(members, {
    Service: "web",
    ...{ Hits: 1, StaleHits: 1, Misses: 2, Sets: 1, Revalidations: 1, Degraded: 1 },
    ...{ Requests: 8, ReadUnits: 6, WriteUnits: 9 },
    ...{ StoredBytesRead: 2_500, StoredBytesWritten: 7_000 },
    GetDuration: [3.142, 4, 5, 5],
    WriteDuration: [9, 12],
    MissReasons: { absent: 1, revalidated: 1 },
    Errors: { AccessDeniedException: 1 },
    Kinds: { APP_PAGE: 5, FETCH: 1, NONE: 1 },
  });
});

test("a write that fails ends no process", () => {
  const fail = () => {
    throw new Error("the pipe is closed");
  };
  const emit = createCloudWatchEmitter({ write: fail });
  emit(event("hit"));
  mock.timers.tick(MINUTE_MS);
  emit(event("hit"));
  emit.flush();
});

test("nothing is written while nothing happens, and each interval begins at its first event", () => {
  const emit = createCloudWatchEmitter({ write });
  mock.timers.tick(5 * MINUTE_MS);
  emit(event("hit"));
  mock.timers.tick(5 * MINUTE_MS);
  emit(event("hit"));
  mock.timers.tick(MINUTE_MS);
  assert.deepEqual(documents().map(({ Hits }) => Hits), [1, 1]);
});

test("after a freeze, in which no timer fires, the next event writes what was before under its own time", () => {
  const emit = createCloudWatchEmitter({ write });
  const startedMs = Date.now();
  emit(event("hit"));
  emit(event("hit"));
  mock.timers.setTime(startedMs + 20 * MINUTE_MS); // moves the clock alone
  assert.deepEqual(lines, []);
  emit(event("miss", { reason: "absent" }));
  const [before = assert.fail()] = documents();
  assert.deepEqual([lines.length, before.Hits, before.Misses, before._aws.Timestamp], [1, 2, 0, startedMs]);
  emit.flush();
  const [, later = assert.fail()] = documents();
  assert.deepEqual([later.Hits, later.Misses, later._aws.Timestamp], [0, 1, startedMs + 20 * MINUTE_MS]);
  emit.flush();
  assert.equal(lines.length, 2, "nothing waits any more");
});

test("a clock that is set back holds nothing up", () => {
  const emit = createCloudWatchEmitter({ write });
  const startedMs = Date.now();
  emit(event("hit"));
  mock.timers.setTime(startedMs - 60 * MINUTE_MS);
  emit(event("hit"));
  assert.equal(lines.length, 1);
  mock.timers.setTime(startedMs);
});

for (const count of [1, 100, 101, 250, 499]) {
  test(`${count} values are ${Math.ceil(count / 100)} lines, and nothing counts twice`, () => {
    const emit = createCloudWatchEmitter({ write });
    for (let n = 1; n <= count; n++) {
      emit(event("hit", { ms: n }));
    }
    emit.flush();
    const found = documents();
    assert.equal(found.length, Math.ceil(count / 100));
    assert.deepEqual(found.flatMap(({ GetDuration }) => GetDuration), Array.from({ length: count }, (_, n) => n + 1));
    assert.deepEqual(found.map(({ Hits }) => Hits), [count, ...found.slice(1).map(() => undefined)]);
  });
}

test("of a hundred thousand values some hundred are kept, evenly, and the counts stay exact", () => {
  const emit = createCloudWatchEmitter({ write });
  for (let n = 0; n < 100_000; n++) {
    emit(event("hit", { ms: n }));
  }
  emit.flush();
  const found = documents();
  const values = found.flatMap(({ GetDuration }) => GetDuration).sort((a, b) => a - b);
  assert.equal(found[0]?.Hits, 100_000);
  assert.ok(found.length <= 5 && values.length >= 250, `${found.length} lines, ${values.length} values`);
  for (const share of [0.01, 0.5, 0.9, 0.99]) {
    const value = values[Math.floor(values.length * share)] ?? 0;
    assert.ok(Math.abs(value / 100_000 - share) < 0.01, `the ${share * 100}th percentile is ${value}`);
  }
});

test("neither keys nor tags nor messages are written", () => {
  const emit = createCloudWatchEmitter({ write });
  emit(event("miss", { key: "secret", kind: "secret", reason: "absent" }));
  emit(event("revalidate", { tags: ["secret"] }));
  emit(event("degraded", { reason: "secret" }));
  emit.flush();
  assert.equal(documents().length, 1);
  assert.ok(!lines.join("").includes("secret"), lines.join(""));
});

test("what CloudWatch would drop in silence is refused at once", () => {
  const tooMany = Object.fromEntries(Array.from({ length: 31 }, (_, n) => [`d${n}`, "v"]));
  /** @type {[any, RegExp][]} */
  const refused = [
    [{ namespace: "" }, /namespace/],
    [{ namespace: "AWS/DynamoDB" }, /namespace/],
    [{ namespace: "ü" }, /namespace/],
    [{ dimensions: tooMany }, /31 dimensions/],
    [{ dimensions: { Hits: "v" } }, /"Hits"/],
    [{ dimensions: { _aws: "v" } }, /"_aws"/],
    [{ dimensions: { ":colon": "v" } }, /":colon"/],
    [{ dimensions: { Service: "" } }, /"Service"/],
    [{ dimensions: { Service: "x".repeat(1_025) } }, /"Service"/],
    [{ dimensions: { Service: 1 } }, /"Service"/],
    [{ intervalMs: -1 }, /intervalMs/],
    [{ intervalMs: 2 ** 31 }, /intervalMs/],
  ];
  for (const [options, expected] of refused) {
    assert.throws(() => createCloudWatchEmitter(options), expected, JSON.stringify(options));
  }
});

test("it writes to standard output itself, also where the console puts something before a line, and keeps no process alive", async () => {
  const script = `
    import { createCloudWatchEmitter } from ${JSON.stringify(fileURLToPath(new URL("../../js/cloudwatch.mjs", import.meta.url)))};
    console.log = (line) => process.stdout.write("2026-01-01 INFO " + line);
    const emit = createCloudWatchEmitter();
    process.once("exit", emit.flush);
    emit(${JSON.stringify(event("hit"))});`;
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", script]);
  lines.push(...stdout.split("\n").slice(0, -1));
  assert.deepEqual(documents().map(({ Hits }) => Hits), [1]);
});

/**
 * @param {CacheEvent["type"]} type
 * @param {Partial<CacheEvent>} [about]
 * @returns {CacheEvent}
 */
function event(type, about) {
  return { type, key: "/a", kind: "APP_PAGE", ms: 5, requests: 1, units: { read: 1, write: 0 }, ...about };
}

/**
 * What was written, each line held against the specification.
 *
 * @returns {any[]}
 */
function documents() {
  return lines.map((line) => {
    const document = JSON.parse(line);
    assert.ok(Boolean(isDocument(document)), JSON.stringify(isDocument.errors));
    assert.ok(Buffer.byteLength(line) < 256 * 1024);
    for (const { Dimensions, Metrics } of document._aws.CloudWatchMetrics) {
      for (const { Name } of Metrics) {
        assert.ok(isMetricTarget(document[Name]), `${Name}: ${JSON.stringify(document[Name])}`);
      }
      for (const dimension of Dimensions.flat()) {
        assert.equal(typeof document[dimension], "string", dimension);
      }
    }
    return document;
  });
}
