// Instances of an application that share a table: each has a process's state of its own (options that hold a function
// are never shared), and notes what it sends.

import { DynamoDBCacheHandler } from "../../js/entries/index.mjs";
import { createCacheTable } from "../../js/create-table.mjs";
import { shippedFetch } from "../shipped-fetch.mjs";
import { createUseCacheHandler } from "../../js/entries/use-cache.mjs";
import { EMULATOR_CREDENTIALS, startEmulator } from "../emulators.mjs";
import { send } from "./raw.mjs";

/** @typedef {import("../../types/index.d.ts").DynamoDBCacheOptions} Options */
/** @typedef {import("../../types/index.d.ts").CacheEvent} CacheEvent */

/** The log's row. */
export const LOG = "__revalidations__";

let tables = 0;

/** An emulator, with what tests need of it. */
export async function startStore() {
  const emulator = await startEmulator();
  const connection = { endpoint: emulator.endpoint, region: "eu-central-1", credentials: EMULATOR_CREDENTIALS };
  /**
   * A table of its own for each test, whose log has begun, unless it is to be as it was made: the first set of all begins it.
   *
   * @param {{ isUsed?: boolean }} [how]
   */
  const createTable = async ({ isUsed = true } = {}) => {
    const tableName = `cache-${++tables}`;
    await createCacheTable({ ...connection, tableName });
    if (isUsed) {
      const log = { key: { S: LOG }, began: { N: `${Date.now()}` }, version: { N: "0" }, events: { L: [] } };
      await send(emulator.endpoint, "PutItem", { TableName: tableName, Item: log });
    }
    return tableName;
  };
  return {
    ...emulator,
    connection,
    createTable,
    /** @param {string} tableName */
    scan: (tableName) => scan(emulator.endpoint, tableName),
    /** @param {string} tableName @param {Options} [options] */
    instance: (tableName, options) => instance({ ...connection, tableName, ...options }),
  };
}

/** @param {Options} given */
function instance(given) {
  /** @type {CacheEvent[]} */
  const events = [];
  /** @type {{ action: string, bytes: number }[]} */
  const sent = [];
  /** @type {Options} */
  const options = {
    buildId: "build-1",
    log: false,
    // The first request of a process on a loaded machine is no subject of these tests.
    readTimeoutMs: 5_000,
    coldTimeoutMs: 10_000,
    writeTimeoutMs: 10_000,
    onEvent: (event) => events.push(event),
    fetch(url, init) {
      const target = init.headers["x-amz-target"] ?? "";
      sent.push({ action: target.replace("DynamoDB_20120810.", ""), bytes: init.body?.length ?? 0 });
      return shippedFetch(url, init);
    },
    ...given,
  };
  const Handler = DynamoDBCacheHandler.configure(options);
  return {
    events,
    sent,
    /** What Next constructs anew for each request. */
    request: () => new Handler({}),
    useCache: createUseCacheHandler(options),
    /** The actions that were sent while `run` ran. @param {() => Promise<unknown>} run */
    async actionsOf(run) {
      const before = sent.length;
      await run();
      return sent.slice(before).map(({ action }) => action);
    },
  };
}

/**
 * All rows of a table.
 *
 * @param {string} endpoint
 * @param {string} tableName
 */
async function scan(endpoint, tableName) {
  /** @type {Record<string, any>[]} */
  const rows = [];
  let ExclusiveStartKey;
  do {
    const page = await send(endpoint, "Scan", { TableName: tableName, ConsistentRead: true, ExclusiveStartKey });
    rows.push(...page.Items);
    ExclusiveStartKey = page.LastEvaluatedKey;
  } while (ExclusiveStartKey);
  return rows;
}

/**
 * @param {() => Promise<boolean>} condition
 * @param {string} what
 */
export async function eventually(condition, what) {
  const deadline = performance.now() + 10_000;
  while (!(await condition())) {
    if (performance.now() > deadline) {
      throw new Error(`not within 10 s: ${what}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/**
 * A page of the App Router.
 *
 * @param {string} html
 * @param {string[]} tags
 */
export function page(html, tags = []) {
  return {
    kind: "APP_PAGE",
    html,
    rscData: Buffer.from(`rsc of ${html}`),
    postponed: undefined,
    headers: { "x-next-cache-tags": tags.join(","), "set-cookie": ["a=1", "b=2"] },
    status: 200,
    segmentData: new Map([["/_tree", Buffer.from([0, 255, 10])]]),
  };
}

export const MINUTE = { cacheControl: { revalidate: 60, expire: 3_600 } };

/** @param {{ value: any } | null} found */
export const htmlOf = (found) => found?.value?.html;

/** @param {{ value: any } | null} found a cached fetch */
export const urlOf = (found) => found?.value?.data?.url;
