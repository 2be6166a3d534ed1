// What does not depend on the machine: requests, bytes, capacity units and sizes. `npm test` asserts them.

import { readFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";
import { own } from "./clients/own.mjs";
import { countOperations } from "./operation-counts.mjs";
import { SIZES, pageOf } from "./pages.mjs";

/** What none of them may exceed. A goal that is missed is in `goals.mjs`; these keep what has been reached. */
export const LIMITS = {
  coldGetRequests: 1,
  crowdRequests: 3,
  warmStrictRequests: 1,
  warmStrictBytes: 5_000,
  sharedLogRequests: 0,
  setAgainRequests: 1,
  revalidateRequestsBefore: 1,
  storedBytes: 10_500,
  writeUnits: 12,
  eventualReadUnits: 1.5,
  coldReadUnits: 4,
  warmStrictUnits: 1,
  wasmBytes: 380_900,
  wasmGzipBytes: 167_100,
};

/** What the plain handler asks for with a 50 KB page and its six tags, whichever client sends it. */
export const PLAIN_COUNTS = {
  get: { requests: 2, bytesStored: 0, writeUnits: 0, readUnits: 16.5 },
  crowd: { requests: 200, bytesStored: 0, writeUnits: 0, readUnits: 1_650 },
  firstSet: { requests: 2, bytesStored: 107_783, writeUnits: 118, readUnits: 0 },
  set: { requests: 2, bytesStored: 107_783, writeUnits: 118, readUnits: 0 },
  revalidateTag: { requests: 3, bytesStored: 30, writeUnits: 109, readUnits: 0.5 },
};

/** The same, without tags. */
export const ENTRY_COUNTS = {
  get: { requests: 1, bytesStored: 0, writeUnits: 0, readUnits: 13.5 },
  crowd: { requests: 100, bytesStored: 0, writeUnits: 0, readUnits: 1_350 },
  firstSet: { requests: 1, bytesStored: 107_557, writeUnits: 106, readUnits: 0 },
  set: { requests: 1, bytesStored: 107_557, writeUnits: 106, readUnits: 0 },
};

/** Its requests for the revalidation of a tag of 10,000 entries: the tag's time, 11 queries and 801 batches of deletes. */
export const PLAIN_BIG_REVALIDATION_REQUESTS = 813;

/** @typedef {Record<keyof typeof LIMITS, number>} Counted */
/** @typedef {import("./operation-counts.mjs").Operations} Operations */

/**
 * @param {{ url: string, control: (path: string) => Promise<any> }} stub that records
 * @returns {Promise<Counted & { operations: Operations }>}
 */
export async function count(stub) {
  const { url, control } = stub;
  const page = pageOf(SIZES["50 KB"]);
  const off = own(url, { memoryMaxBytes: 0 });
  const operations = await countOperations(stub, off);
  await control("/record");
  // The log that a warm get reads is as long as it may be before it is compacted.
  await off.revalidateTag("prices");
  for (let index = 0; index < 40; index += 1) {
    await off.revalidateTag(`a tag of some length, number ${index}`);
  }
  await off.set("page", page);
  const kept = own(url, {});
  await kept.get("page");
  await requests();
  const strict = await after(() => kept.get("page"));
  const free = own(url, { tagFreshnessMs: 1_000 });
  await free.get("page");
  await requests();
  const shared = await after(() => free.get("page"));
  await control("/fill");
  const revalidateRequestsBefore = await sentBeforeItReturns(url, (watched) => watched.revalidateTag("products"));
  const wasm = await readFile(new URL("../pkg/core.wasm", import.meta.url));
  return {
    operations,
    coldGetRequests: operations.get.requests,
    crowdRequests: operations.crowd.requests,
    warmStrictRequests: strict.all,
    warmStrictBytes: strict.bytesReceived,
    sharedLogRequests: shared.all,
    setAgainRequests: operations.set.requests,
    revalidateRequestsBefore,
    storedBytes: operations.set.bytesStored,
    writeUnits: operations.set.writeUnits,
    eventualReadUnits: operations.get.entryReadUnits,
    coldReadUnits: operations.get.readUnits,
    warmStrictUnits: strict.strongReadUnits,
    wasmBytes: wasm.length,
    wasmGzipBytes: gzipSync(wasm, { level: 9 }).length,
  };

  /** @param {() => Promise<unknown>} call */
  async function after(call) {
    await call();
    return requests();
  }

  async function requests() {
    const counts = await control("/counts");
    // Queries are a sweep's, which goes on behind whatever is counted next.
    const { Query: _sweep, ...asked } = counts.requests;
    return { ...counts, all: Object.values(asked).reduce((/** @type {number} */ a, b) => a + Number(b), 0) };
  }
}

/**
 * Counted where they are sent: by the time the stub is asked it may have seen the first deletes of the sweep, whose query is left out.
 *
 * @param {string} url
 * @param {(client: ReturnType<typeof own>) => Promise<unknown>} call
 */
async function sentBeforeItReturns(url, call) {
  let sent = 0;
  const client = own(url, {
    memoryMaxBytes: 0,
    fetch(target, init) {
      sent += init.headers["x-amz-target"]?.endsWith(".Query") ? 0 : 1;
      return fetch(target, init);
    },
  });
  await call(client);
  return sent;
}
