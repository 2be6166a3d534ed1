// Half a minute of the soak; `npm run soak` is ten.

import assert from "node:assert/strict";
import { test } from "node:test";
import { plotOf } from "./plot.mjs";
import { SOAKED, soak } from "./soak.mjs";
import { summaryOf } from "./summary.mjs";

const FAULTS = ["silent after accept", "RST within the body", "500 InternalServerError", "ThrottlingException", "a byte flipped on the way", "stored bytes corrupted"];

test("two instances under load stay right, in time and bounded while faults come and go", async () => {
  assert.ok(FAULTS.every((name) => SOAKED.some((fault) => fault.name === name)));
  const result = await soak({ calmMs: 1_800, faultMs: 2_200, faults: FAULTS });
  console.log(summaryOf(result));
  assert.deepEqual(result.violations, []);
  const count = (/** @type {string} */ wanted) => result.samples.filter(({ outcome }) => outcome === wanted).length;
  for (const outcome of ["hit", "miss", "degraded", "set", "confirmed", "held"]) {
    assert.ok(count(outcome) > 10, `${outcome}: ${count(outcome)}`);
  }
  assert.match(plotOf(result), /^<svg [^]*<\/svg>\n$/);
});
