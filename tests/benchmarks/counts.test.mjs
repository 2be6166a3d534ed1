import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { LIMITS, count } from "../../bench/counts.mjs";
import { pageOf } from "../../bench/pages.mjs";
import { itemBytes, readUnits, writeUnits } from "../../bench/capacity-units.mjs";
import { startStub } from "../../bench/stub-dynamodb.mjs";

/** @type {Awaited<ReturnType<typeof startStub>>} */
let stub;
before(async () => (stub = await startStub()));
after(() => stub.stop());

test("requests, bytes, capacity units and sizes are within what has been reached", async () => {
  const counted = await count(stub);
  const over = Object.entries(counted).filter(([name, value]) => !(value <= LIMITS[/** @type {keyof typeof LIMITS} */ (name)]));
  assert.deepEqual(over, [], "more than bench/counts.mjs allows");
  assert.deepEqual(Object.keys(counted).sort(), Object.keys(LIMITS).sort());
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
