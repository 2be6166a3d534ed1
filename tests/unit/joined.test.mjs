// How new what a render has taken from another request makes it.

import assert from "node:assert/strict";
import { test } from "node:test";
import { createJoined } from "../../js/joined.mjs";

test("a render that may have joined another counts as no newer", () => {
  const joined = createJoined(() => 7);
  const beganAt = performance.now();
  joined.end(["t"], 5);
  assert.equal(joined.revisionOf(["s", "t"], beganAt, 7), 5);
  assert.equal(joined.revisionOf(["t"], beganAt, 4), 4);
});

test("it has joined nothing that had ended when it began, nor what has a tag that it has not", () => {
  const joined = createJoined(() => 7);
  const beganAt = performance.now();
  joined.end(["t"], 5);
  assert.equal(joined.revisionOf(["s"], beganAt, 7), 7);
  assert.equal(joined.revisionOf(["t"], performance.now() + 1, 7), 7);
});

test("what ends while nothing was revalidated makes nobody older", () => {
  let version = 5;
  const joined = createJoined(() => version);
  const beganAt = performance.now();
  joined.end([], 5);
  version = 7;
  assert.equal(joined.revisionOf(["t"], beganAt, 7), 7);
  joined.end([], 6);
  assert.equal(joined.revisionOf(["t"], beganAt, 7), 6);
});
