// A cache under test, with budgets that show, and everything that it says.

import { inspect } from "node:util";
import "./trap.mjs";
import { DynamoDBCacheHandler } from "../../js/entries/index.mjs";
import { sharedCache } from "../../js/shared.mjs";
import { createUseCacheHandler } from "../../js/entries/use-cache.mjs";
import { streamOf } from "../../js/byte-stream.mjs";

/** @typedef {import("../../types/index.d.ts").DynamoDBCacheOptions} Options */
/** @typedef {import("../../types/index.d.ts").CacheEvent} CacheEvent */
/** @typedef {import("./catalogue.mjs").Call} Call */

export const READ_MS = 300;
export const WRITE_MS = 600;

/** What must be seen nowhere. */
export const CREDENTIALS = {
  accessKeyId: "AKIDFAULTS",
  secretAccessKey: "this-key-is-secret",
  sessionToken: "this-token-is-secret",
};

export const TABLE = { tableName: "faults", region: "eu-central-1" };

/** @param {Options} given */
export function startInstance(given) {
  /** @type {CacheEvent[]} */
  const events = [];
  /** @type {string[]} */
  const lines = [];
  const note = (/** @type {string} */ level) => (/** @type {string} */ line) => lines.push(`${level}: ${line}`);
  const options = {
    ...TABLE,
    credentials: CREDENTIALS,
    buildId: "build-1",
    readTimeoutMs: READ_MS,
    coldTimeoutMs: READ_MS,
    writeTimeoutMs: WRITE_MS,
    log: { debug: note("debug"), info: note("info"), warn: note("warn"), error: note("error") },
    onEvent: (/** @type {CacheEvent} */ event) => events.push(event),
    ...given,
  };
  const Handler = DynamoDBCacheHandler.configure(options);
  // The wasm instance is there before the clock runs.
  sharedCache(Handler.options).core.tagName("a tag");
  const useCache = createUseCacheHandler(options);
  return {
    events,
    lines,
    request: () => new Handler({}),
    useCache,
    /** All that anyone could come across. */
    shown: () =>
      [
        inspect([Handler, new Handler({}), useCache, events], { depth: 9 }),
        JSON.stringify([new Handler({}), useCache, events]),
        ...lines,
      ].join("\n"),
  };
}

/** @typedef {ReturnType<typeof startInstance>} Instance */

/**
 * @param {Instance} instance
 * @param {InstanceType<typeof DynamoDBCacheHandler>} handler of one request to it
 * @param {Call} call
 * @param {string} name what a set stores, and which tag is revalidated
 * @returns {Promise<string>} what happened
 */
export async function run(instance, handler, call, name) {
  const { events, lines, useCache } = instance;
  const already = events.length;
  const eventType = () =>
    events
      .slice(already)
      .map(({ type }) => type)
      .at(-1);
  switch (call) {
    case "get": {
      const found = await handler.get(ENTRY, { kind: "APP_PAGE" });
      return found === null ? "miss" : `${eventType()}`;
    }
    case "'use cache' get": {
      const found = await useCache.get(ENTRY, []);
      return found === undefined ? "miss" : `${eventType()}`;
    }
    case "refreshTags":
      await useCache.refreshTags();
      return lines.some((line) => line.includes("log of the table") || line.includes("refreshTags failed"))
        ? "not read"
        : "read";
    case "set":
      await handler.set(`/${name}`, page(name), MINUTE);
      return eventType() === "set" ? "stored" : "not stored";
    case "revalidateTag":
      await handler.revalidateTag(name);
      return eventType() === "revalidate" ? "confirmed" : "held";
  }
}

/** The entry that gets look for. */
export const ENTRY = "/entry";

/** Stores what gets look for. @param {Instance} instance */
export async function fill(instance) {
  await instance.request().set(ENTRY, page("entry"), MINUTE);
  const entry = {
    value: streamOf([Buffer.from("cached")]),
    tags: [],
    stale: 0,
    timestamp: Date.now(),
    expire: 3_600,
    revalidate: 60,
  };
  await instance.useCache.set(ENTRY, Promise.resolve(entry));
}

const MINUTE = { cacheControl: { revalidate: 60, expire: 3_600 } };

/** @param {string} name */
function page(name) {
  const headers = { "x-next-cache-tags": `tag-of-${name}` };
  return {
    kind: "APP_PAGE",
    html: `page ${name} `.repeat(50),
    rscData: Buffer.from(name),
    postponed: undefined,
    headers,
    status: 200,
  };
}
