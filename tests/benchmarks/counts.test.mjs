import assert from "node:assert/strict";
import { stat } from "node:fs/promises";
import { after, before, test } from "node:test";
import { ENTRY_COUNTS, LIMITS, PLAIN_BIG_REVALIDATION_REQUESTS, PLAIN_COUNTS, count } from "../../bench/counts.mjs";
import { unsigned } from "../../bench/clients/unsigned.mjs";
import { countBigRevalidation, countOperations, dollarsPerMillion } from "../../bench/operation-counts.mjs";
import { pageOf } from "../../bench/pages.mjs";
import { itemBytes, readUnits, writeUnits } from "../../bench/capacity-units.mjs";
import { startStub } from "../../bench/stub-dynamodb.mjs";
import { wasmParts } from "../../bench/wasm-parts.mjs";

/** @type {Awaited<ReturnType<typeof startStub>>} */
let stub;
before(async () => (stub = await startStub()));
after(() => stub.stop());

test("requests, bytes, capacity units and sizes are within what has been reached", async () => {
  const { operations: _, ...counted } = await count(stub);
  const over = Object.entries(counted).filter(([name, value]) => !(value <= LIMITS[/** @type {keyof typeof LIMITS} */ (name)]));
  assert.deepEqual(over, [], "more than bench/counts.mjs allows");
  assert.deepEqual(Object.keys(counted).sort(), Object.keys(LIMITS).sort());
});

test("every function of the module is some crate's", async () => {
  const parts = await wasmParts();
  const { size } = await stat(new URL("../../pkg/core.wasm", import.meta.url));
  assert.equal(parts.reduce((sum, { bytes }) => sum + bytes, 0), size);
  const names = parts.map(({ part }) => part);
  const unknown = names.filter((name) => /^[a-z]\w+$/.test(name) && !["http", "miniz_oxide"].includes(name));
  assert.deepEqual(unknown, [], "crates that bench/wasm-parts.mjs does not know");
  assert.ok(names.some((name) => name.startsWith("aws-sigv4")) && names.some((name) => name.startsWith("serde")), String(names));
});

test("the plain handler asks for what the benchmarks compare with", async () => {
  const { get, set, getEntry, setEntry, revalidateTag } = unsigned(stub.url);
  assertCounts(await countOperations(stub, { get, set, revalidateTag }), PLAIN_COUNTS);
  assertCounts(await countOperations(stub, { get: getEntry, set: setEntry }), ENTRY_COUNTS);
  assert.equal(await countBigRevalidation(stub, { get, set, revalidateTag }), PLAIN_BIG_REVALIDATION_REQUESTS);
});

test("a million of an operation costs its units at the prices on demand", () => {
  const count = { requests: 1, bytesSent: 1, bytesReceived: 1, bytesStored: 1, entryReadUnits: 0 };
  assert.equal(dollarsPerMillion({ ...count, writeUnits: 10, readUnits: 4 }), 6.25 + 0.5);
});

test("a delete costs what the row that is deleted would cost to write, and its row in the index", async () => {
  const send = (/** @type {string} */ operation, /** @type {object} */ input) => {
    const headers = { "x-amz-target": `DynamoDB_20120810.${operation}` };
    return fetch(stub.url, { method: "POST", headers, body: JSON.stringify(input) });
  };
  await stub.control("/record");
  const key = { key: { S: "k" } };
  await send("PutItem", { TableName: "t", Item: { ...key, value: { S: "v".repeat(3_000) }, tag: { S: "t" } } });
  assert.equal((await stub.control("/counts")).writeUnits, 2 * 3);
  await send("DeleteItem", { TableName: "t", Key: key });
  await send("DeleteItem", { TableName: "t", Key: key });
  assert.equal((await stub.control("/counts")).writeUnits, 2 * 3 + 1);
});

test("the measured pages are the same in every run", () => {
  assert.deepEqual(pageOf(10_000), pageOf(10_000));
  assert.notDeepEqual(pageOf(10_000, 2).html, pageOf(10_000).html);
});

test("capacity units follow DynamoDB's rules", () => {
  const item = { key: { S: "größe" }, value: { B: Buffer.alloc(1_000).toString("base64") }, at: { N: "-12.345" } };
  // The names are 3, 5 and 2 bytes; a number takes one byte for two digits, and one more.
  assert.equal(itemBytes(item), 3 + 7 + 5 + 1_000 + 2 + 4);
  assert.deepEqual([0, 1_024, 1_025].map(writeUnits), [1, 1, 2]);
  assert.deepEqual([0, 4_096, 4_097].map(readUnits), [1, 1, 2]);
  assert.equal(itemBytes({ tags: { L: [{ S: "a" }, { S: "bc" }] } }), 4 + 3 + 2 + 3);
});

/**
 * @param {import("../../bench/operation-counts.mjs").Operations} counted
 * @param {object} expected
 */
function assertCounts(counted, expected) {
  const named = Object.entries(counted).map(([name, { requests, bytesStored, writeUnits, readUnits }]) => {
    return [name, { requests, bytesStored, writeUnits, readUnits }];
  });
  assert.deepEqual(Object.fromEntries(named), expected);
}
