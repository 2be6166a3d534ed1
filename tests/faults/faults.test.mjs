// Each fault against each call: what was expected, and what happened. A cache that fails is a miss, in time.

import "./trap.mjs";
import assert from "node:assert/strict";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { after, before, test } from "node:test";
import { createCacheTable } from "../../js/create-table.mjs";
import { startEmulator } from "../emulators.mjs";
import { eventually } from "../integration/instances.mjs";
import { CALLS, FAULTS, expectedOf } from "./catalogue.mjs";
import { makeCertificates } from "./certificates.mjs";
import { CREDENTIALS, READ_MS, TABLE, WRITE_MS, fill, run, startInstance } from "./instance.mjs";
import { startFaultServer } from "./server.mjs";

/** @typedef {import("./catalogue.mjs").Fault} Fault */
/** @typedef {import("./catalogue.mjs").Call} Call */
/** @typedef {{ fault: string, call: Call, expected: string, happened: string, ms: number, limitMs: number }} Row */

/** How late an answer may be, besides the time in which this process did not run at all. */
const LATE_MS = 50;
/** What has not returned by then hangs. */
const HANGS_MS = 5_000;
/** The budget of what is to succeed, also on a busy machine. */
const PATIENT_MS = 3_000;
const PATIENT = { readTimeoutMs: PATIENT_MS, coldTimeoutMs: PATIENT_MS, writeTimeoutMs: PATIENT_MS };

/** @type {Awaited<ReturnType<typeof startEmulator>>} */
let emulator;
const certificates = makeCertificates();
const lag = monitorEventLoopDelay({ resolution: 5 });
/** @type {Row[]} */
const rows = [];
/** @type {{ fault: Fault, holding: import("./instance.mjs").Instance | undefined, close: () => Promise<unknown> }[]} */
const ended = [];

before(async () => {
  emulator = await startEmulator();
  const connection = { ...TABLE, endpoint: emulator.endpoint, credentials: CREDENTIALS };
  await createCacheTable(connection);
  await fill(startInstance({ ...connection, ...PATIENT }));
  lag.enable();
});

after(async () => {
  lag.disable();
  await Promise.all(ended.map(({ close }) => close()));
  await emulator?.stop();
  console.log(rows.map(lineOf).join("\n"));
  console.log(`${rows.length} rows of ${FAULTS.length} faults and ${CALLS.length} calls`);
});

FAULTS.forEach((fault, index) => {
  const fact = fault.expected === "succeeds" ? "corrected" : "within the budget, and nothing breaks";
  test(`${fault.name}: ${fact}`, async () => {
    const server = await startFaultServer(emulator.endpoint);
    const place = (await fault.open?.({ emulator: emulator.endpoint, server, certificates })) ?? {
      endpoint: server.endpoint,
      server,
      recover: async () => server.behave(),
      close: async () => {},
    };
    const failures = [];
    /** @type {import("./instance.mjs").Instance | undefined} */
    let holding;
    for (const call of CALLS) {
      const options = { endpoint: place.endpoint, ...place.options, ...fault.options?.() };
      const instance = startInstance({ ...options, ...(succeeds(fault, call) && PATIENT) });
      const row = await measured(fault, call, instance, `fault-${index}`, place.server ?? server);
      rows.push(row);
      failures.push(...(isAsExpected(row) ? [] : [lineOf(row)]), ...(await leftovers(fault, place.server)));
      failures.push(...secretsIn(instance, place.server ?? server));
      holding = row.happened === "held" ? instance : undefined;
    }
    await place.recover();
    ended.push({ fault, holding, close: () => Promise.all([place.close(), server.stop()]) });
    assert.deepEqual(failures, []);
  });
});

test("each revalidation that was refused is confirmed when the fault is over", async () => {
  for (const { fault, holding } of ended) {
    if (holding) {
      await eventually(
        async () => holding.lines.some((line) => line.includes("confirmed now")),
        `${fault.name}: confirmed`,
      );
    }
  }
});

test("every fault was tried with every call", () => {
  const missing = FAULTS.flatMap(({ name }) =>
    CALLS.filter((call) => !rows.some((row) => row.fault === name && row.call === call)).map(
      (call) => `${name}: ${call}`,
    ),
  );
  assert.deepEqual(missing, []);
});

/**
 * @param {Fault} fault
 * @param {Call} call
 * @param {import("./instance.mjs").Instance} instance
 * @param {string} name
 * @param {import("./server.mjs").FaultServer} server
 * @returns {Promise<Row>}
 */
async function measured(fault, call, instance, name, server) {
  server.behave();
  // As Next does, on the same handler: a set without a get before it is an on-demand revalidation.
  const handler = instance.request();
  if (call === "set" || fault.warm) {
    await handler.get(`/${name}`, { kind: "APP_PAGE" });
  }
  if (!fault.warm) {
    server.disconnect();
  }
  server.behave(fault.behaviour);
  fault.before?.();
  lag.reset();
  const began = performance.now();
  const happened = await Promise.race([
    run(instance, handler, call, name).catch((error) => `threw ${error}`),
    new Promise((resolve) => setTimeout(() => resolve("hangs"), HANGS_MS).unref()),
  ]);
  const ms = performance.now() - began;
  const impatientMs = call === "set" || call === "revalidateTag" ? WRITE_MS : READ_MS;
  const limitMs = (succeeds(fault, call) ? PATIENT_MS : impatientMs) + LATE_MS + lag.max / 1e6;
  return { fault: fault.name, call, expected: expectedOf(fault, call), happened: String(happened), ms, limitMs };
}

/**
 * @param {Fault} fault
 * @param {Call} call
 */
function succeeds(fault, call) {
  return expectedOf(fault, call) === expectedOf({ name: "", expected: "succeeds" }, call);
}

/** @param {Row} row */
function isAsExpected({ expected, happened, ms, limitMs }) {
  return happened === expected && ms <= limitMs;
}

/**
 * Connections that should be closed, and are not.
 *
 * @param {Fault} fault
 * @param {import("./server.mjs").FaultServer | undefined} server
 */
async function leftovers(fault, server) {
  if (!fault.closes || !server) {
    return [];
  }
  const { opening = 0 } = fault;
  const deadline = performance.now() + 1_000;
  while (server.openSockets() > opening && performance.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return server.openSockets() > opening ? [`${server.openSockets()} connections are left open`] : [];
}

/**
 * @param {import("./instance.mjs").Instance} instance
 * @param {import("./server.mjs").FaultServer} server
 */
function secretsIn(instance, server) {
  const shown = instance.shown();
  const signatures = server.seen().flatMap(({ headers }) => headers.authorization?.match(/Signature=(\w+)/)?.[1] ?? []);
  const secrets = [
    CREDENTIALS.secretAccessKey,
    CREDENTIALS.sessionToken,
    "token-1",
    "token-2",
    "AWS4-HMAC",
    ...signatures,
  ];
  return secrets.filter((secret) => shown.includes(secret)).map((secret) => `${secret} is shown`);
}

/** @param {Row} row */
function lineOf(row) {
  const { fault, call, expected, happened, ms, limitMs } = row;
  const verdict = isAsExpected(row) ? "ok    " : "FAILED";
  const time = `${ms.toFixed(0)} ms of ${limitMs.toFixed(0)}`;
  const outcome = `expected ${expected.padEnd(10)} happened ${happened.padEnd(10)}`;
  return `${verdict} ${fault.padEnd(34)} ${call.padEnd(16)} ${outcome} ${time}`;
}
