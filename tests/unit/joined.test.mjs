// How new a render is by what it has taken from another request, or from its own before.

import assert from "node:assert/strict";
import { test } from "node:test";
import { createJoined } from "../../js/joined.mjs";

test("a render that may have joined another counts as no newer", () => {
  const joined = createJoined(() => 7);
  const beganAt = performance.now();
  joined.end(["t"], 5);
  assert.equal(joined.revisionOf(["s", "t"], beganAt, 7, new Map()), 5);
  assert.equal(joined.revisionOf(["t"], beganAt, 4, new Map()), 4);
});

test("it has joined nothing that had ended when it began, nor what has a tag that it has not", () => {
  const joined = createJoined(() => 7);
  const beganAt = performance.now();
  joined.end(["t"], 5);
  assert.equal(joined.revisionOf(["s"], beganAt, 7, new Map()), 7);
  assert.equal(joined.revisionOf(["t"], performance.now() + 1, 7, new Map()), 7);
});

test("what ends while nothing was revalidated makes nobody older", () => {
  let version = 5;
  const joined = createJoined(() => version);
  const beganAt = performance.now();
  joined.end([], 5);
  version = 7;
  assert.equal(joined.revisionOf(["t"], beganAt, 7, new Map()), 7);
  joined.end([], 6);
  assert.equal(joined.revisionOf(["t"], beganAt, 7, new Map()), 6);
});

test("a request's own counts for what it renders later, by the tags that it has", () => {
  const joined = createJoined(() => 7);
  const held = new Map([["key", { tags: ["t"], revision: 5 }]]);
  assert.equal(joined.revisionOf(["s", "t"], performance.now(), 7, held), 5);
  assert.equal(joined.revisionOf(["s"], performance.now(), 7, held), 7);
});
