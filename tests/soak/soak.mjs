// The soak: two instances under load over one store, while faults come and go, and what must hold all the while.

import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { createCacheTable } from "../../js/create-table.mjs";
import { startEmulator } from "../emulators.mjs";
import { FAULTS } from "../faults/catalogue.mjs";
import { startFaultServer } from "../faults/server.mjs";

/** @typedef {import("./instance.mjs").Sample} Sample */
/** @typedef {{ name: string, startedAt: number, endedAt: number }} Phase of a fault; calm is between them */
/** @typedef {{ at: number, instance: string, rss: number, heapUsed: number, arrayBuffers: number }} Memory */
/** @typedef {{ at: number, count: number }} Sockets */
/** @typedef {{ page: number, version: number, at: number, instance?: string }} Revalidated `instance` where it holds there alone */

/**
 * @typedef {object} Result
 * @property {number} startedAt
 * @property {number} endedAt
 * @property {Phase[]} phases
 * @property {Sample[]} samples
 * @property {Memory[]} memory
 * @property {Sockets[]} sockets
 * @property {string[]} violations of what must hold; none is a pass
 * @property {{ fault: string, ms: number }[]} recoveries how long after each fault the first hit came
 */

const INSTANCES = ["A", "B"];
const PAGES = 20;
const REVALIDATE_EVERY_MS = 250;
const BUDGETS = { readTimeoutMs: 300, writeTimeoutMs: 1_000 };
/** How late an answer may be, besides the time in which its process did not run. */
const LATE_MS = 100;
const RECOVERS_MS = 2_000;
const MAX_SOCKETS = 200;
const MAX_GROWTH_BYTES = 64 * 1024 * 1024;

/** The faults that a server can begin and end by itself. */
export const SOAKED = FAULTS.filter(({ behaviour, open, before, warm }) => behaviour && !open && !before && !warm);

/**
 * @param {object} plan
 * @param {number} plan.calmMs before each fault, and after the last
 * @param {number} plan.faultMs
 * @param {string[]} plan.faults by name, in this order
 * @param {(line: string) => void} [plan.progress]
 * @returns {Promise<Result>}
 */
export async function soak({ calmMs, faultMs, faults, progress = () => {} }) {
  const emulator = await startEmulator("dynalite");
  const server = await startFaultServer(emulator.endpoint);
  await createCacheTable({ endpoint: emulator.endpoint, tableName: "soak", region: "eu-central-1", credentials: { accessKeyId: "soak", secretAccessKey: "not-a-secret" } });
  const load = startLoad(server.endpoint);
  /** @type {Sockets[]} */
  const sockets = [];
  const counting = setInterval(() => sockets.push({ at: Date.now(), count: server.openSockets() }), 250);
  /** @type {Phase[]} */
  const phases = [];
  const startedAt = Date.now();
  try {
    await load.warm();
    for (const name of faults) {
      await pause(calmMs);
      server.behave(SOAKED.find((fault) => fault.name === name)?.behaviour);
      const phase = { name, startedAt: Date.now(), endedAt: 0 };
      phases.push(phase);
      progress(`${Math.round((phase.startedAt - startedAt) / 1000)} s  ${name}`);
      await pause(faultMs);
      server.behave();
      server.disconnect(); // what hangs half-way in an answer is no connection any more
      phase.endedAt = Date.now();
    }
    await pause(Math.max(calmMs, RECOVERS_MS + 500));
  } finally {
    clearInterval(counting);
    await load.end();
  }
  await pause(200);
  sockets.push({ at: Date.now(), count: server.openSockets() });
  await server.stop();
  await emulator.stop();
  const result = { startedAt, endedAt: Date.now(), phases, sockets, ...load.collected, violations: [], recoveries: [] };
  return judge(result);
}

/** @param {string} endpoint */
function startLoad(endpoint) {
  const versions = new Array(PAGES).fill(1);
  /** @type {{ samples: Sample[], memory: Memory[], crashes: string[] }} */
  const collected = { samples: [], memory: [], crashes: [] };
  const children = INSTANCES.map((name) => {
    const child = fork(join(import.meta.dirname, "instance.mjs"), [JSON.stringify({ name, endpoint, budgets: BUDGETS }), String(PAGES)]);
    child.on("message", (/** @type {any} */ message) => {
      if (message.render !== undefined) {
        child.send({ rendered: versions[message.render], id: message.id });
      } else if (message.sample) {
        collected.samples.push(message.sample);
      } else if (message.memory) {
        collected.memory.push({ at: Date.now(), ...message.memory });
      }
    });
    child.on("exit", (code, signal) => code !== 0 && collected.crashes.push(`instance ${name} ended with ${signal ?? code}`));
    return child;
  });
  const publishing = setInterval(() => {
    const page = Math.floor(Math.random() * PAGES);
    const child = children[Math.floor(Math.random() * children.length)];
    versions[page] += 1;
    if (child?.connected) {
      child.send({ revalidate: page, version: versions[page] });
    }
  }, REVALIDATE_EVERY_MS);
  return {
    collected,
    /** Until both have hits. */
    async warm() {
      const isWarm = (/** @type {string} */ name) => collected.samples.some(({ instance, outcome }) => instance === name && outcome === "hit");
      while (!INSTANCES.every(isWarm)) {
        await pause(50);
      }
    },
    async end() {
      clearInterval(publishing);
      await Promise.all(
        children.map(async (child) => {
          if (child.exitCode === null) {
            const exited = once(child, "exit");
            child.send({ end: true });
            await exited;
          }
        }),
      );
    },
  };
}

/**
 * @param {Result & { crashes: string[] }} result
 * @returns {Result}
 */
function judge({ crashes, ...result }) {
  const { samples, phases, sockets, memory } = result;
  const recoveries = phases.map(({ name, endedAt }) => {
    const hit = samples.find(({ call, outcome, startedAt }) => call === "get" && outcome === "hit" && startedAt >= endedAt);
    return { fault: name, ms: hit ? hit.endedAt - endedAt : Infinity };
  });
  const violations = [
    ...crashes,
    ...outdated(samples),
    ...samples.filter(({ outcome }) => outcome === "threw").map((sample) => `${nameOf(sample)} threw`),
    ...samples.filter(isLate).map((sample) => `${nameOf(sample)} took ${sample.endedAt - sample.startedAt} ms`),
    ...recoveries.filter(({ ms }) => ms > RECOVERS_MS).map(({ fault, ms }) => `after ${fault} the first hit came after ${ms} ms`),
    ...sockets.filter(({ count }) => count > MAX_SOCKETS).map(({ count }) => `${count} sockets were open`),
    ...INSTANCES.flatMap((name) => growthOf(name, memory)),
  ];
  if ((sockets.at(-1)?.count ?? 0) > 0) {
    violations.push(`${sockets.at(-1)?.count} sockets were open after the end`);
  }
  return { ...result, violations, recoveries };
}

/**
 * Gets that began after a revalidation had returned, and were served what was older.
 *
 * @param {Sample[]} samples
 */
function outdated(samples) {
  /** @type {Revalidated[]} */
  const revalidated = samples
    .filter(({ call }) => call === "revalidate")
    .map(({ page, version = 0, endedAt: at, outcome, instance }) => ({ page, version, at, ...(outcome === "confirmed" ? {} : { instance }) }));
  return samples
    .filter(({ call, version }) => call === "get" && version !== undefined)
    .flatMap((get) => {
      const known = revalidated.find(
        ({ page, version, at, instance = get.instance }) =>
          page === get.page && instance === get.instance && at < get.startedAt && version > (get.version ?? 0),
      );
      return known ? [`${nameOf(get)} served version ${get.version} though ${known.version} had been confirmed`] : [];
    });
}

/** @param {Sample} sample */
function isLate({ call, startedAt, endedAt, lagMs }) {
  const budgetMs = call === "get" ? BUDGETS.readTimeoutMs : BUDGETS.writeTimeoutMs;
  return endedAt - startedAt > budgetMs + LATE_MS + lagMs;
}

/**
 * From the first third of the run to its last, by the medians: what the process holds, garbage included.
 *
 * @param {string} name
 * @param {Memory[]} memory
 */
function growthOf(name, memory) {
  const held = memory.filter(({ instance }) => instance === name).map(({ heapUsed, arrayBuffers }) => heapUsed + arrayBuffers);
  const third = Math.floor(held.length / 3);
  const growth = median(held.slice(-third)) - median(held.slice(0, third));
  return third > 0 && growth > MAX_GROWTH_BYTES ? [`instance ${name} came to hold ${growth} bytes more`] : [];
}

/** @param {number[]} values */
function median(values) {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

/** @param {Sample} sample */
function nameOf({ call, instance, page, startedAt }) {
  return `${new Date(startedAt).toISOString()} ${call} of page ${page} on ${instance}`;
}
