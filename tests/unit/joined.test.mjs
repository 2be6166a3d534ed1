// How new a render is by what it has taken from another request, or from its own before.

import assert from "node:assert/strict";
import { test } from "node:test";
import runtime from "#runtime";
import { createJoined, heldByRequest } from "../../js/joined.mjs";

/** @type {object | undefined} Next's own of the request under way */
let request;
runtime.require = (id) => {
  assert.equal(id, "next/dist/server/app-render/work-async-storage.external.js");
  return { workAsyncStorage: { getStore: () => request } };
};

/** Of a request that has nothing. */
const nothing = heldByRequest();

test("a render that may have joined another counts as no newer", () => {
  const joined = createJoined(() => 7);
  const beganAt = performance.now();
  joined.end("key", ["t"], 5);
  assert.equal(joined.revisionOf(["s", "t"], beganAt, 7, nothing), 5);
  assert.equal(joined.revisionOf(["t"], beganAt, 4, nothing), 4);
});

test("it has joined nothing that had ended when it began, nor what has a tag that it has not", () => {
  const joined = createJoined(() => 7);
  const beganAt = performance.now();
  joined.end("key", ["t"], 5);
  assert.equal(joined.revisionOf(["s"], beganAt, 7, nothing), 7);
  assert.equal(joined.revisionOf(["t"], performance.now() + 1, 7, nothing), 7);
});

test("what ends while nothing was revalidated makes nobody older", () => {
  let version = 5;
  const joined = createJoined(() => version);
  const beganAt = performance.now();
  joined.end("key", [], 5);
  version = 7;
  assert.equal(joined.revisionOf(["t"], beganAt, 7, nothing), 7);
  joined.end("key", [], 6);
  assert.equal(joined.revisionOf(["t"], beganAt, 7, nothing), 6);
});

test("a request's own counts for what it renders later, by the tags that it has", () => {
  const joined = createJoined(() => 7);
  request = { completedCacheInvocations: new Map() };
  heldByRequest().give("key", { tags: ["t"], revision: 5 });
  assert.equal(joined.revisionOf(["s", "t"], performance.now(), 7, heldByRequest()), 5);
  assert.equal(joined.revisionOf(["s"], performance.now(), 7, heldByRequest()), 7);
});

test("before Next 16.3, which asks again each time, it does not", () => {
  const joined = createJoined(() => 7);
  request = {};
  heldByRequest().give("key", { tags: ["t"], revision: 5 });
  assert.equal(joined.revisionOf(["t"], performance.now(), 7, heldByRequest()), 7);
});

test("what a request has joined counts for the rest of it", () => {
  const joined = createJoined(() => 7);
  joined.end('["key"][["lang","en"]]', ["t"], 5);
  const beganAt = performance.now() + 1;
  for (const [name, revision] of /** @type {const} */ ([['["key"]', 5], ['["other"]', 7]])) {
    request = { completedCacheInvocations: new Map([[name, {}]]) };
    assert.equal(joined.revisionOf(["t"], beganAt, 7, heldByRequest()), revision);
  }
  request = { completedCacheInvocations: new Map([['["key"]', {}]]) };
  heldByRequest().ask('["key"][["lang","de"]]');
  assert.equal(joined.revisionOf(["t"], beganAt, 7, heldByRequest()), 7, "it has rendered that itself");
});

test("long keys are not kept without bounds", () => {
  const joined = createJoined(() => 7);
  const beganAt = performance.now();
  joined.end("first", ["t"], 5);
  joined.end("a".repeat(4_000_000), ["t"], 6);
  assert.equal(joined.revisionOf(["t"], beganAt, 7, nothing), 6);
});
