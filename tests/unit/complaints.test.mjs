// Failures in the log: each kind once, then counted.

import assert from "node:assert/strict";
import { test } from "node:test";
import { createComplaints } from "../../js/complaints.mjs";

test("a failure that goes on is logged once a minute, with how often it happened", () => {
  /** @type {string[]} */
  const lines = [];
  let now = 0;
  const log = (/** @type {string} */ line) => void lines.push(line);
  const complain = createComplaints({ debug: log, info: log, warn: log, error: log }, () => now);
  for (let second = 0; second < 130; second++) {
    now = second * 1_000;
    complain("warn", "get", "no answer");
  }
  complain("error", "set", "no answer either");
  const more = (/** @type {number} */ count) => `no answer (and ${count} more like this since the last such line)`;
  assert.deepEqual(lines, ["no answer", more(59), more(59), "no answer either"]);
});

test("what follows from a failure is a sentence of its own, however the failure was put", () => {
  /** @type {string[]} */
  const lines = [];
  const write = (/** @type {string} */ line) => void lines.push(line);
  const complain = createComplaints({ debug: write, info: write, warn: write, error: write });
  complain("warn", "get", "no answer within the time limit", "Pages are rendered meanwhile.");
  complain("warn", "set", "Access is denied.", "It will be rendered again.");
  assert.deepEqual(lines, ["no answer within the time limit. Pages are rendered meanwhile.", "Access is denied. It will be rendered again."]);
});
