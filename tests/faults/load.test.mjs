// Many calls at once while the store is silent, and the circuit breaker: what it costs, and how it ends.

import "./trap.mjs";
import assert from "node:assert/strict";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { after, before, beforeEach, test } from "node:test";
import { gzipSync } from "node:zlib";
import { createCacheTable } from "../../js/create-table.mjs";
import { DynamoDBCacheHandler } from "../../js/entries/index.mjs";
import { startEmulator } from "../emulators.mjs";
import { eventually } from "../integration/instances.mjs";
import { CALLS, FAULTS, expectedOf } from "./catalogue.mjs";
import { CREDENTIALS, ENTRY, READ_MS, TABLE, fill, run, startInstance } from "./instance.mjs";
import { startFaultServer } from "./server.mjs";
import { answer, head, refusal } from "./wire.mjs";

/** As js/runtime/node-http.mjs has it. */
const MAX_CONNECTIONS = 50;
const PATIENT = { readTimeoutMs: 10_000, coldTimeoutMs: 10_000, writeTimeoutMs: 10_000 };
const MEGABYTE = 1024 * 1024;
const SILENT = { connected: () => {} };

/** @type {Awaited<ReturnType<typeof startEmulator>>} */
let emulator;
/** @type {import("./server.mjs").FaultServer} */
let server;

before(async () => {
  emulator = await startEmulator();
  server = await startFaultServer(emulator.endpoint);
  const connection = { ...TABLE, endpoint: emulator.endpoint, credentials: CREDENTIALS };
  await createCacheTable(connection);
  await fill(startInstance({ ...connection, ...PATIENT }));
});
after(async () => {
  await server?.stop();
  await emulator?.stop();
});
beforeEach(() => server.behave());

test("2,000 gets at once of a silent store open few connections, and leave nothing behind", async () => {
  const instance = startInstance({ endpoint: server.endpoint });
  server.behave(SILENT);
  const timersBefore = timers();
  const heapBefore = process.memoryUsage().heapUsed;
  const { longestMs, lagMs } = await timed(2_000, () => get(instance, `/${Math.random()}`));
  const { mostOpen } = server.counts();
  assert.ok(longestMs <= READ_MS + 50 + lagMs, `the longest took ${longestMs} ms, of which the process slept ${lagMs}`);
  assert.ok(mostOpen <= MAX_CONNECTIONS, `${mostOpen} connections at once`);
  await connectionsAreClosed();
  await eventually(async () => timers() <= timersBefore, "all timers are gone");
  const growth = process.memoryUsage().heapUsed - heapBefore;
  assert.ok(growth < 100 * MEGABYTE, `the heap grew by ${growth / MEGABYTE} MB`);
});

test("2,000 gets, 50 at a time, of a silent store: with the breaker open, hardly any connects", async () => {
  const instance = startInstance({ endpoint: server.endpoint });
  server.behave(SILENT);
  const timersBefore = timers();
  const began = performance.now();
  for (let round = 0; round < 40; round += 1) {
    await timed(50, () => get(instance, `/${Math.random()}`));
  }
  const seconds = (performance.now() - began) / 1_000;
  const { connections, mostOpen } = server.counts();
  // 50 gets read an entry each and the log once; each attempt is made twice before the budget is over.
  assert.ok(mostOpen <= MAX_CONNECTIONS, `${mostOpen} connections at once`);
  assert.ok(connections <= 2 * 52 + seconds * 4, `${connections} connections in ${seconds} s`);
  await connectionsAreClosed();
  await eventually(async () => timers() <= timersBefore, "all timers are gone");
});

test("with the breaker open a get takes less than 1 ms, and hits resume within 2 s of recovery", async () => {
  const instance = startInstance({ endpoint: server.endpoint, coldTimeoutMs: 10_000 });
  assert.ok(await get(instance, ENTRY));
  server.behave({ connected: (socket) => void socket.resetAndDestroy() });
  await eventually(async () => (await get(instance, ENTRY), instance.events.some(isOpen)), "the breaker opens");

  const connectionsBefore = server.counts().connections;
  /** @type {number[]} */
  const times = [];
  for (let n = 0; n < 100; n += 1) {
    const began = performance.now();
    await get(instance, ENTRY);
    times.push(performance.now() - began);
  }
  const median = /** @type {number} */ (times.sort((a, b) => a - b)[50]);
  assert.ok(median < 1, `${median} ms`);
  const probes = server.counts().connections - connectionsBefore;
  assert.ok(probes <= 3, `${probes} connections for 100 gets`);

  // Let the waits between the probes grow to their longest.
  await asking(instance, 4_000);
  const { connections } = server.counts();
  assert.ok(connections < 40, `${connections} connections`);
  server.behave();
  const recovered = performance.now();
  await eventually(async () => (await get(instance, ENTRY)) !== null, "a hit");
  const ms = performance.now() - recovered;
  assert.ok(ms < 2_000, `the first hit came after ${ms} ms`);
  assert.ok(await get(instance, ENTRY), "and the next one at once");
});

test("exactly one probe at a time asks whether the store is back", async () => {
  const instance = startInstance({ endpoint: server.endpoint });
  server.behave({ connected: (socket) => void socket.resetAndDestroy() });
  await eventually(async () => (await get(instance, "/a"), instance.events.some(isOpen)), "the breaker opens");
  server.behave(SILENT);
  await new Promise((resolve) => setTimeout(resolve, 300));
  const probing = timed(50, () => get(instance, `/${Math.random()}`));
  await new Promise((resolve) => setTimeout(resolve, 100));
  assert.equal(server.openSockets(), 1);
  await probing;
  assert.equal(server.counts().connections, 1);
});

test("a request that is never answered leaves time for another", async () => {
  const budgets = { readTimeoutMs: 1_500, coldTimeoutMs: 1_500, writeTimeoutMs: 1_500 };
  const oneIsSilent = {
    asked: (/** @type {import("./server.mjs").Exchange} */ { ordinal, forward }) => ordinal > 1 && forward(),
  };
  for (const call of CALLS) {
    const instance = startInstance({ endpoint: server.endpoint, ...budgets });
    const handler = instance.request();
    await handler.get("/silent-once", { kind: "APP_PAGE" });
    server.behave(oneIsSilent);
    assert.equal(
      await run(instance, handler, call, "silent-once"),
      expectedOf({ name: "", expected: "succeeds" }, call),
      call,
    );
    server.behave();
  }
});

test("throttling does not open the breaker", async () => {
  const instance = startInstance({ endpoint: server.endpoint });
  server.behave({ asked: ({ socket }) => socket.write(refusal("ThrottlingException")) });
  for (let n = 1; n <= 10; n += 1) {
    assert.equal(await get(instance, ENTRY), null);
    assert.ok(server.counts().requests >= n, "each get asks");
  }
  assert.ok(!instance.events.some(isOpen));
  server.behave();
  assert.ok(await get(instance, ENTRY));
});

test("after throttling, more gets share a read of the log", async () => {
  const instance = startInstance({ endpoint: server.endpoint });
  const readsOfAFlow = async () => {
    const before = server.counts().requests;
    const gets = [];
    for (let n = 0; n < 60; n += 1) {
      gets.push(get(instance, ENTRY));
      await new Promise((resolve) => setTimeout(resolve, 4));
    }
    await Promise.all(gets);
    return server.counts().requests - before;
  };
  await get(instance, ENTRY);
  const usual = await readsOfAFlow();
  server.behave({ asked: ({ socket }) => socket.write(refusal("ThrottlingException")) });
  for (let n = 0; n < 6; n += 1) {
    assert.equal(await get(instance, ENTRY), null);
  }
  server.behave();
  const after = await readsOfAFlow();
  assert.ok(after < usual / 2, `${usual} reads, and ${after} after throttling`);
  assert.ok(await get(instance, ENTRY));
});

test("100 gets at once with expired credentials renew them once", async () => {
  let asked = 0;
  const credentials = async () => {
    asked += 1;
    const sessionToken = `token-${asked}`;
    await new Promise((resolve) => setTimeout(resolve, 20));
    return { ...CREDENTIALS, sessionToken };
  };
  server.behave({
    asked: ({ request, socket, forward }) =>
      request.headers["x-amz-security-token"] === "token-1"
        ? socket.write(refusal("ExpiredTokenException"))
        : forward(),
  });
  const instance = startInstance({ endpoint: server.endpoint, credentials, ...PATIENT });
  const found = await Promise.all(Array.from({ length: 100 }, () => get(instance, ENTRY)));
  assert.ok(found.every((entry) => entry !== null));
  assert.equal(asked, 2, "the first time, and once when they had expired");
});

test("an entry whose bytes are corrupt is logged once, with its key", async () => {
  const fault = FAULTS.find(({ name }) => name === "stored bytes corrupted");
  server.behave(fault?.behaviour);
  const instance = startInstance({ endpoint: server.endpoint, ...PATIENT });
  for (let n = 0; n < 3; n += 1) {
    assert.equal(await get(instance, ENTRY), null);
  }
  const lines = instance.lines.filter((line) => line.includes("not trusted"));
  assert.equal(lines.length, 1, instance.lines.join("\n"));
  assert.ok(lines[0]?.includes(ENTRY), lines[0]);
});

test("a source of credentials that was silent is asked again, and hits come back", async () => {
  /** @type {(() => void)[]} */
  const waiting = [];
  let isSilent = true;
  const credentials = async () => {
    if (isSilent) {
      await new Promise((resolve) => waiting.push(() => resolve(undefined)));
    }
    return CREDENTIALS;
  };
  const instance = startInstance({ endpoint: server.endpoint, credentials });
  for (let n = 0; n < 8; n += 1) {
    assert.equal(await get(instance, ENTRY), null);
  }
  assert.equal(waiting.length, 1, "one call of the source at a time");
  isSilent = false;
  waiting.forEach((answerIt) => answerIt());
  await eventually(async () => (await get(instance, ENTRY)) !== null, "a hit");
});

test("a sweep whose pages have no end is ended", async () => {
  let pages = 0;
  server.behave({
    asked: ({ request, socket, forward }) => {
      // Of this test's tag: what an earlier test held back may be swept meanwhile.
      if (request.operation !== "Query" || !request.body.includes("endless")) {
        return forward();
      }
      pages += 1;
      const page = {
        Items: [],
        Count: 0,
        ScannedCount: 0,
        LastEvaluatedKey: { key: { S: "again" }, tag: { S: "again" } },
      };
      return socket.write(answer(200, JSON.stringify(page)));
    },
  });
  const instance = startInstance({ endpoint: server.endpoint, ...PATIENT });
  await instance.request().revalidateTag("endless");
  await eventually(async () => pages > 0, "the sweep has begun");
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  const soFar = pages;
  await new Promise((resolve) => setTimeout(resolve, 500));
  assert.equal(pages, soFar, "it has stopped");
  assert.ok(pages <= 3, `${pages} pages`);
});

test("the web's own fetch does not swallow what has no end either", async () => {
  const bomb = gzipSync(Buffer.alloc(100 * MEGABYTE, " "), { level: 9 });
  const instance = startInstance({ endpoint: server.endpoint, fetch: globalThis.fetch, ...PATIENT });
  assert.ok(await get(instance, ENTRY), "it works");
  server.behave({
    asked: ({ socket }) => socket.write(answer(200, bomb, { "content-encoding": "gzip", "x-amz-crc32": undefined })),
  });
  const before = process.memoryUsage().arrayBuffers;
  assert.equal(await get(instance, "/bomb"), null);
  assert.match(String(instance.events.at(-1)?.reason), /longer than 33554432 bytes|CircuitOpen/);
  const growth = process.memoryUsage().arrayBuffers - before;
  assert.ok(growth < 200 * MEGABYTE, `${growth / MEGABYTE} MB`);
});

test("the web's own fetch is cancelled with its connection, and follows no redirect", async () => {
  const instance = startInstance({ endpoint: server.endpoint, fetch: globalThis.fetch });
  server.behave(SILENT);
  assert.equal(await get(instance, ENTRY), null);
  await eventually(async () => server.openSockets() === 0, "the connections are closed");
  const other = await startFaultServer(emulator.endpoint);
  server.behave({
    asked: ({ socket }) => socket.write(head(307, { location: other.endpoint, "content-length": "0" })),
  });
  assert.equal(await get(startInstance({ endpoint: server.endpoint, fetch: globalThis.fetch }), ENTRY), null);
  assert.equal(other.counts().connections, 0);
  await other.stop();
});

test("an endpoint that is not https is refused, but on this machine", async () => {
  for (const endpoint of ["http://192.0.2.1:8000", "http://dynamodb.example.com"]) {
    /** @type {string[]} */
    const lines = [];
    const note = (/** @type {string} */ line) => void lines.push(line);
    const Handler = DynamoDBCacheHandler.configure({
      ...TABLE,
      endpoint,
      credentials: CREDENTIALS,
      log: { debug: note, info: note, warn: note, error: note },
    });
    assert.equal(await new Handler({}).get(ENTRY, {}), null);
    assert.match(lines.join("\n"), /is http:\/\/ to another machine.*use https:\/\//);
  }
});

/**
 * @param {import("./instance.mjs").Instance} instance
 * @param {string} key
 */
function get(instance, key) {
  return instance.request().get(key, { kind: "APP_PAGE" });
}

/** @param {import("../../types/index.d.ts").CacheEvent} event */
function isOpen({ reason }) {
  return String(reason).includes("CircuitOpen");
}

/**
 * Asks all the time, as a site does.
 *
 * @param {import("./instance.mjs").Instance} instance
 * @param {number} forMs
 */
async function asking(instance, forMs) {
  const until = performance.now() + forMs;
  while (performance.now() < until) {
    await get(instance, ENTRY);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/**
 * One may stay. Where this process is so busy that a get is over before it sees that its connection is open, that one is kept for
 * the next get, as after any handshake that took too long.
 */
async function connectionsAreClosed() {
  await eventually(async () => {
    // One that its client has closed already may be still to be accepted.
    const { connections } = server.counts();
    await new Promise((resolve) => setTimeout(resolve, 100));
    return server.openSockets() <= 1 && server.counts().connections === connections;
  }, "all connections are closed, but one for the next get");
  server.disconnect();
}

/**
 * Calls at once: how long the slowest took, and how long this process did not run meanwhile.
 *
 * @param {number} count
 * @param {() => Promise<unknown>} call
 */
async function timed(count, call) {
  const lag = monitorEventLoopDelay({ resolution: 5 });
  lag.enable();
  // It counts from its second sample on.
  await new Promise((resolve) => setTimeout(resolve, 20));
  const times = await Promise.all(
    Array.from({ length: count }, async () => {
      const began = performance.now();
      assert.equal(await call(), null);
      return performance.now() - began;
    }),
  );
  lag.disable();
  return { longestMs: Math.max(...times), lagMs: lag.max / 1e6 };
}

/** Timers that keep the process alive. */
function timers() {
  return process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;
}
