// What each operation of a handler asks of DynamoDB: requests, bytes and capacity units, and what they cost.

import { setTimeout as delay } from "node:timers/promises";
import { SIZES, pageOf } from "./pages.mjs";

/** Dollars per million units, on demand, us-east-1. https://aws.amazon.com/dynamodb/pricing/on-demand/ */
export const WRITE_DOLLARS = 0.625;
export const READ_DOLLARS = 0.125;
/** Nothing that a handler does behind its caller begins later than this. */
const QUIET_MS = 150;
const CROWD = 100;

/**
 * @typedef {object} Handler
 * @property {(key: string) => Promise<any>} get
 * @property {(key: string, page: any, lifetime?: { revalidate: number }) => Promise<unknown>} set
 * @property {(key: string) => Promise<(page: any, lifetime?: { revalidate: number }) => Promise<unknown>>} [render] a get that is to be rendered, and the set that answers it
 * @property {(tag: string) => Promise<unknown>} [revalidateTag]
 */

/**
 * @typedef {object} Count of one operation
 * @property {number} requests
 * @property {number} bytesSent of bodies
 * @property {number} bytesReceived of bodies
 * @property {number} bytesStored
 * @property {number} writeUnits
 * @property {number} readUnits
 * @property {number} entryReadUnits the most for one row, eventually consistent
 */

/** @typedef {{ get: Count, crowd: Count, firstSet: Count, set: Count, revalidateTag?: Count }} Operations */

/**
 * With one 50 KB page and its six tags.
 *
 * @param {{ control: (path: string) => Promise<any> }} stub
 * @param {Handler} handler
 * @returns {Promise<Operations>}
 */
export async function countOperations({ control }, handler) {
  const page = pageOf(SIZES["50 KB"]);
  await control("/record");
  // Of a table that is in use: what the first set of all does for it is not counted.
  await handler.revalidateTag?.("another tag");
  const answer = await setter("page");
  await taken();
  const firstSet = await during(() => answer(page, { revalidate: 1 }));
  // Until it is due, seconds being Next's unit.
  await delay(1_100);
  const again = await setter("page");
  await taken();
  const set = await during(() => again(page, { revalidate: 3_600 }));
  const get = await during(() => handler.get("page"));
  const crowd = await during(() => Promise.all(Array.from({ length: CROWD }, () => handler.get("page"))));
  const revalidateTag = handler.revalidateTag && (await during(async () => handler.revalidateTag?.("products")));
  return { get, crowd, firstSet, set, ...(revalidateTag && { revalidateTag }) };

  /** @param {string} key @returns {Promise<(page: any, lifetime: { revalidate: number }) => Promise<unknown>>} */
  async function setter(key) {
    return handler.render?.(key) ?? ((page, lifetime) => handler.set(key, page, lifetime));
  }

  /** @param {() => Promise<unknown>} call @returns {Promise<Count>} with what goes on behind it */
  async function during(call) {
    await call();
    return taken();
  }

  /** What was asked for, once nothing more is. @returns {Promise<Count>} */
  async function taken() {
    const sum = { requests: 0, bytesSent: 0, bytesReceived: 0, bytesStored: 0, writeUnits: 0, readUnits: 0, entryReadUnits: 0 };
    for (let asked = true; asked; ) {
      await delay(QUIET_MS);
      const counts = await control("/counts");
      const requests = Object.values(counts.requests).reduce((/** @type {number} */ total, count) => total + Number(count), 0);
      asked = requests > 0;
      sum.requests += requests;
      sum.bytesSent += counts.bytesSent;
      sum.bytesReceived += counts.bytesReceived;
      sum.bytesStored += counts.bytesStored;
      sum.writeUnits += counts.writeUnits;
      sum.readUnits += counts.strongReadUnits + counts.eventualReadUnits;
      sum.entryReadUnits = Math.max(sum.entryReadUnits, counts.entryReadUnits);
    }
    return sum;
  }
}

/** A million of them. @param {Count} count */
export function dollarsPerMillion({ writeUnits, readUnits }) {
  return writeUnits * WRITE_DOLLARS + readUnits * READ_DOLLARS;
}

/**
 * @param {{ control: (path: string) => Promise<any> }} stub
 * @param {Handler} handler
 * @returns {Promise<number>} requests of a revalidation of a tag that 10,000 entries have, until it returns
 */
export async function countBigRevalidation({ control }, handler) {
  await control("/record");
  await handler.set("page", pageOf(SIZES["10 KB"]));
  await control("/fill");
  await control("/counts");
  await handler.revalidateTag?.("products");
  const { requests } = await control("/counts");
  return Object.values(requests).reduce((/** @type {number} */ total, count) => total + Number(count), 0);
}
