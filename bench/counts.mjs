// What does not depend on the machine: requests, bytes, capacity units and sizes. `npm test` asserts them.

import { readFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";
import { own } from "./clients/own.mjs";
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
  wasmBytes: 440_000,
  wasmGzipBytes: 198_000,
};

/** @typedef {Record<keyof typeof LIMITS, number>} Counted */

/**
 * @param {{ url: string, control: (path: string) => Promise<any> }} stub that records
 * @returns {Promise<Counted>}
 */
export async function count({ url, control }) {
  const page = pageOf(SIZES["50 KB"]);
  const requests = async () => {
    const counts = await control("/counts");
    // Queries are a sweep's, which goes on behind whatever is counted next.
    const { Query: _sweep, ...asked } = counts.requests;
    return { ...counts, all: Object.values(asked).reduce((/** @type {number} */ a, b) => a + Number(b), 0) };
  };
  await control("/record");
  const off = own(url, { memoryMaxBytes: 0 });
  await off.set("page", page);
  await requests();
  const cold = await after(() => off.get("page"));
  const crowd = await after(() => Promise.all(Array.from({ length: 100 }, () => off.get("page"))));
  const again = await setAgain(off);
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
  const revalidated = await after(() => off.revalidateTag("products"));
  const wasm = await readFile(new URL("../pkg/core.wasm", import.meta.url));
  return {
    coldGetRequests: cold.all,
    crowdRequests: crowd.all,
    warmStrictRequests: strict.all,
    warmStrictBytes: strict.bytesReceived,
    sharedLogRequests: shared.all,
    setAgainRequests: again.all,
    revalidateRequestsBefore: revalidated.all,
    storedBytes: Math.round((again.bytesSent * 3) / 4),
    writeUnits: again.writeUnits,
    eventualReadUnits: cold.entryReadUnits,
    coldReadUnits: cold.strongReadUnits,
    warmStrictUnits: strict.strongReadUnits,
    wasmBytes: wasm.length,
    wasmGzipBytes: gzipSync(wasm, { level: 9 }).length,
  };

  /** @param {() => Promise<unknown>} call */
  async function after(call) {
    await call();
    return requests();
  }

  /** @param {any} client */
  async function setAgain(client) {
    await client.set("again", page, { revalidate: 1 });
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    const answer = await client.render("again");
    await requests();
    return after(() => answer(page));
  }
}
