// One instance of the soak: a process of its own, with a cache and some users. What it renders, and what becomes of every
// call, goes through its parent, which holds the data and judges.

import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout as pause } from "node:timers/promises";
import { DynamoDBCacheHandler } from "../../js/entries/index.mjs";

/**
 * @typedef {object} Sample a call and what became of it; times are Unix milliseconds
 * @property {"get" | "set" | "revalidate"} call
 * @property {string} instance
 * @property {number} page
 * @property {number} startedAt
 * @property {number} endedAt
 * @property {string} outcome hit, stale, miss, degraded; set, degraded; confirmed, held; threw
 * @property {number} [version] of the data that was served, rendered or revalidated
 * @property {number} lagMs in which this process did not run, at the worst, since the call began
 */

/** @typedef {{ name: string, endpoint: string, budgets: { readTimeoutMs: number, writeTimeoutMs: number } }} Settings */

const USERS = 6;
const LIFETIME = { cacheControl: { revalidate: 60, expire: 3_600 } };
const TABLE = { tableName: "soak", region: "eu-central-1" };
const CREDENTIALS = { accessKeyId: "soak", secretAccessKey: "not-a-secret" };

/** @type {Settings} */
const { name, endpoint, budgets } = JSON.parse(process.argv[2] ?? "{}");
const lag = monitorEventLoopDelay({ resolution: 5 });
lag.enable();

/** @type {Map<string, string>} the last event of each key */
const lastEvents = new Map();
const Handler = DynamoDBCacheHandler.configure({
  ...TABLE,
  ...budgets,
  endpoint,
  credentials: CREDENTIALS,
  coldTimeoutMs: budgets.readTimeoutMs,
  buildId: "soak",
  throwOnRevalidateError: true, // so that each call says whether the store has confirmed it
  log: { debug() {}, info() {}, warn() {}, error() {} },
  onEvent: ({ key = "", type }) => lastEvents.set(key, type),
});

/** @type {Map<number, (version: number) => void>} */
const rendering = new Map();
let renders = 0;
let isOver = false;

process.on("message", (/** @type {any} */ message) => {
  if (message.rendered !== undefined) {
    rendering.get(message.id)?.(message.rendered);
    rendering.delete(message.id);
  } else if (message.revalidate !== undefined) {
    void revalidate(message.revalidate, message.version);
  } else if (message.end) {
    isOver = true;
  }
});

const memory = setInterval(() => {
  const { rss, heapUsed, arrayBuffers } = process.memoryUsage();
  send({ memory: { instance: name, rss, heapUsed, arrayBuffers } });
}, 1_000);
await Promise.all(Array.from({ length: USERS }, use));
clearInterval(memory);
process.disconnect?.();

/** One user: visits one page after the other. */
async function use() {
  while (!isOver) {
    const page = Math.floor(Math.random() * Number(process.argv[3]));
    const handler = new Handler({});
    const found = await timed("get", page, `/page/${page}`, () => handler.get(`/page/${page}`, { kind: "APP_PAGE" }));
    if (!found) {
      const version = await render(page);
      await timed("set", page, `/page/${page}`, () => handler.set(`/page/${page}`, valueOf(page, version), LIFETIME), version);
    }
    await pause(20 + Math.random() * 60);
  }
}

/**
 * @param {number} page
 * @param {number} version
 */
async function revalidate(page, version) {
  await timed("revalidate", page, "", () => new Handler({}).revalidateTag(`page-${page}`), version);
}

/**
 * @param {Sample["call"]} call
 * @param {number} page
 * @param {string} subject the key whose event says what became of it
 * @param {() => Promise<any>} run
 * @param {number} [version]
 */
async function timed(call, page, subject, run, version) {
  lag.reset();
  const startedAt = Date.now();
  let outcome = "threw";
  let value;
  try {
    value = await run();
    outcome = call === "revalidate" ? "confirmed" : (lastEvents.get(subject) ?? "none");
  } catch (error) {
    if (call === "revalidate") {
      outcome = "held";
    } else {
      console.error(error);
    }
  }
  const served = call === "get" && value ? Number(/ version (\d+) /.exec(value.value.html)?.[1]) : version;
  const endedAt = Date.now();
  const lagMs = lag.max > 0 ? lag.max / 1e6 : 0;
  const known = call === "get" && !value && outcome !== "degraded" ? "miss" : outcome;
  send({ sample: { call, instance: name, page, startedAt, endedAt, outcome: known, version: served, lagMs } });
  return value;
}

/** The data of a page as it is now. @param {number} page @returns {Promise<number>} */
function render(page) {
  const id = ++renders;
  const rendered = new Promise((resolve) => rendering.set(id, resolve));
  send({ render: page, id });
  return rendered;
}

/**
 * @param {number} page
 * @param {number} version
 */
function valueOf(page, version) {
  const html = `<h1>page ${page} version ${version} </h1>${`<li>of page ${page}</li>`.repeat(400)}`;
  const headers = { "x-next-cache-tags": `page-${page}` };
  return { kind: "APP_PAGE", html, rscData: Buffer.from(html), postponed: undefined, headers, status: 200 };
}

/** @param {object} message */
function send(message) {
  process.send?.(message);
}
