// What the window asks of the table. Everything reads but revalidate and purge, which there is only with --write.

import { inspect } from "node:util";
import { messageOf } from "../../complaints.mjs";
import { createCacheClient } from "../../entries/client.mjs";
import { dollarsOf } from "../prices.mjs";
import { PATIENT } from "../table-options.mjs";
import { tagsOf } from "../tags.mjs";
import { lastingAdmin } from "./lasting-admin.mjs";
import { Refused } from "./server.mjs";

/** Rows of one reading; DynamoDB ends one after 1 MB as well. */
const ROWS_AT_ONCE = 1_000;
/** Of a value that is shown, in characters of each string. */
const MAX_STRING = 20_000;

/** @typedef {import("./server.mjs").Question} Question */
/** @typedef {import("../../../types/index.d.ts").DynamoDBCacheOptions} Options */

/**
 * @param {Options} table
 * @param {{ canWrite: boolean, name: string }} window
 * @returns {import("./server.mjs").Routes}
 */
export function tableRoutes(table, { canWrite, name }) {
  const ask = lastingAdmin(table);
  const client = createCacheClient({ ...PATIENT, ...table });
  const guarded = (/** @type {(body: any) => Promise<unknown>} */ run) => async (/** @type {Question} */ { body }) => {
    if (!canWrite) {
      throw new Refused(403, "this window only reads: start it with --write");
    }
    return run(body);
  };
  return {
    "GET /api/about": async () => ({ table: name, canWrite, ...(await whereabouts(ask)) }),
    "GET /api/entries": ({ query }) => entries(ask, query),
    "GET /api/entry": ({ query }) => entry(ask, query),
    "GET /api/log": async () => ({ events: await ask((admin) => admin.logEvents()) }),
    "POST /api/revalidate": guarded(async (body) => {
      const tags = tagsOf({ tags: strings(body?.tags, "tags"), paths: strings(body?.paths, "paths") });
      if (tags.length === 0) {
        throw new Refused(400, "name a tag or a path");
      }
      await client.revalidateTag(tags, body.soft === true ? {} : undefined);
      return { tags, how: body.soft === true ? "stale" : "expired" };
    }),
    "POST /api/purge": guarded((body) => purge(ask, body)),
  };
}

/** @typedef {ReturnType<typeof lastingAdmin>} Ask */

/**
 * Where there are no credentials or no table, the window says so instead of being gone.
 *
 * @param {Ask} ask
 */
async function whereabouts(ask) {
  try {
    const { region, endpoint } = await ask((admin) => admin.whereabouts());
    const facts = await ask((admin) => admin.tableFacts()).catch((error) => ({ problem: messageOf(error) }));
    return { region, endpoint, facts, problem: facts === null ? "there is no such table" : null };
  } catch (error) {
    return { region: null, endpoint: null, facts: null, problem: messageOf(error) };
  }
}

/**
 * One page of the table. The window never goes on to the next by itself: each costs read units.
 *
 * @param {Ask} ask
 * @param {URLSearchParams} query
 */
async function entries(ask, query) {
  const limit = Number(query.get("limit") ?? ROWS_AT_ONCE);
  if (!(Number.isInteger(limit) && limit > 0 && limit <= ROWS_AT_ONCE)) {
    throw new Refused(400, `limit is a whole number up to ${ROWS_AT_ONCE}`);
  }
  const page = await ask((admin) => admin.page(query.get("after"), limit));
  /** @type {import("../rows.mjs").RowFacts[]} */
  const rows = page.rows;
  return {
    entries: rows.filter(({ role }) => role === "entry"),
    rows: rows.length + page.foreign,
    next: page.next,
    readUnits: page.readUnits,
    dollars: page.readUnits === null ? null : dollarsOf({ read: page.readUnits, write: 0 }),
  };
}

/**
 * @param {Ask} ask
 * @param {URLSearchParams} query
 */
async function entry(ask, query) {
  const key = query.get("key");
  if (key === null) {
    throw new Refused(400, "name a key");
  }
  const found = await ask((admin) => admin.inspect(key, query.get("build") ?? undefined, query.getAll("softTag")));
  const { value, ...rest } = found;
  return { ...rest, value: value === undefined ? null : inspect(value, { depth: 8, maxStringLength: MAX_STRING, maxArrayLength: 100 }) };
}

/**
 * Deletes one entry, and its other rows before it, so that what a failure leaves behind is found again.
 *
 * @param {Ask} ask
 * @param {any} body
 */
async function purge(ask, body) {
  const { key, build } = body ?? {};
  if (typeof key !== "string" || !(build === undefined || build === null || typeof build === "string")) {
    throw new Refused(400, "name a key, and its build where it has one");
  }
  const found = await ask((admin) => admin.inspect(key, build ?? undefined, []));
  if (!found.exists) {
    throw new Refused(404, `there is no row ${found.row}`);
  }
  await ask(async (admin) => {
    if (found.belonging.length > 0) {
      await admin.deleteRows(found.belonging);
    }
    await admin.deleteRows([found.row]);
  });
  return { row: found.row, rows: found.belonging.length + 1 };
}

/**
 * @param {unknown} given
 * @param {string} name
 * @returns {string[]}
 */
function strings(given, name) {
  if (given === undefined) {
    return [];
  }
  if (!Array.isArray(given) || given.some((one) => typeof one !== "string" || one === "")) {
    throw new Refused(400, `${name} is a list of strings`);
  }
  return given;
}
