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

/**
 * What this process has seen of the log: one event for each version after the first.
 *
 * @param {string[]} events their tags
 */
function logOf(events) {
  return {
    events,
    newestVersion: () => events.length,
    /** @param {string[]} tags @param {number} since @param {number} until */
    revalidated: (tags, since, until) => events.slice(since, until).some((tag) => tags.includes(tag)),
  };
}

/** Five events of before, and two revalidations of "t". */
const LOG = logOf(["", "", "", "", "", "t", "t"]);

test("a render that may have joined another counts as no newer", () => {
  const joined = createJoined(LOG);
  const beganAt = performance.now();
  joined.end("key", ["t"], 5);
  assert.equal(joined.revisionOf(["s", "t"], beganAt, 7, nothing), 5);
  assert.equal(joined.revisionOf(["t"], beganAt, 4, nothing), 4);
});

test("it has joined nothing that had ended when it began, nor what has a tag that it has not", () => {
  const joined = createJoined(LOG);
  const beganAt = performance.now();
  joined.end("key", ["t"], 5);
  assert.equal(joined.revisionOf(["s"], beganAt, 7, nothing), 7);
  assert.equal(joined.revisionOf(["t"], performance.now() + 1, 7, nothing), 7);
});

test("what ends while none of its tags was revalidated makes nobody older", () => {
  const log = logOf(["", "", "", "", ""]);
  const joined = createJoined(log);
  const beganAt = performance.now();
  joined.end("key", ["t"], 5);
  log.events.push("other");
  joined.end("key", ["t"], 5);
  log.events.push("t");
  assert.equal(joined.revisionOf(["t"], beganAt, 7, nothing), 7);
  joined.end("key", ["t"], 6);
  assert.equal(joined.revisionOf(["t"], beganAt, 7, nothing), 6);
});

test("revalidations of other tags make nothing older", () => {
  const joined = createJoined(logOf(["", "", "", "", "", "other", "other"]));
  const beganAt = performance.now();
  joined.end("key", ["t"], 5);
  assert.equal(joined.revisionOf(["t", "other"], beganAt, 7, nothing), 7);
  request = { completedCacheInvocations: new Map([["joined", {}]]) };
  joined.end("joined", ["t"], 5);
  heldByRequest().give("given", { tags: ["t"], revision: 5 });
  assert.equal(joined.revisionOf(["t", "other"], performance.now(), 7, heldByRequest()), 7);
});

/** A log that is lost: there is none, until another begins far above it. */
function lostLog() {
  const log = {
    newest: 7,
    newestVersion: () => log.newest,
    /** @param {string[]} _tags @param {number} since @param {number} until */
    revalidated: (_tags, since, until) => since > 0 && since < 1_000 && until >= 1_000,
  };
  return log;
}

test("what began while a log was lost is of no log, where it has taken what was read under it", () => {
  const log = lostLog();
  const joined = createJoined(log);
  request = { completedCacheInvocations: new Map() };
  heldByRequest().give("given", { tags: ["t"], revision: 7 });
  for (const newest of [0, 1_000]) {
    log.newest = newest;
    assert.equal(joined.revisionOf(["t"], performance.now(), 0, heldByRequest()), 1);
    assert.equal(joined.revisionOf(["other"], performance.now(), 0, heldByRequest()), 0);
  }
  request = undefined;
});

test("what ends while a log is lost was read under another, whoever has joined it", () => {
  const log = lostLog();
  const joined = createJoined(log);
  const beganAt = performance.now();
  log.newest = 0;
  joined.end("key", ["t"], 7);
  assert.equal(joined.revisionOf(["t"], beganAt, 0, nothing), 1);
  log.newest = 1_000;
  assert.equal(joined.revisionOf(["t"], beganAt, 1_000, nothing), 7);
});

test("the first renders of a table are of the log that one of them begins", () => {
  const log = lostLog();
  const joined = createJoined(log);
  request = { completedCacheInvocations: new Map() };
  heldByRequest().give("given", { tags: ["t"], revision: 1_000 });
  log.newest = 1_000;
  assert.equal(joined.revisionOf(["t"], performance.now(), 0, heldByRequest()), 0);
  request = undefined;
});

test("what was joined before its tags were revalidated counts afterwards", () => {
  const log = logOf(["", "", "", "", ""]);
  const joined = createJoined(log);
  joined.end("key", ["t"], 5);
  log.events.push("t");
  request = { completedCacheInvocations: new Map([["key", {}]]) };
  assert.equal(joined.revisionOf(["t"], performance.now() + 1, 6, heldByRequest()), 5);
  joined.end("key", ["t"], 6);
  assert.equal(joined.revisionOf(["t"], performance.now() + 1, 6, heldByRequest()), 5, "it has the one of before");
});

test("what had ended before a request began, it has not joined", () => {
  const log = logOf(["", "", "", "", ""]);
  const joined = createJoined(log);
  joined.end("key", ["t"], 5);
  log.events.push("t");
  for (const [afterMs, revision] of /** @type {const} */ ([[-1, 5], [90, 5], [1_000, 6]])) {
    const requestStartTime = performance.timeOrigin + performance.now() + afterMs;
    request = { completedCacheInvocations: new Map([["key", {}]]), requestStartTime };
    assert.equal(joined.revisionOf(["t"], performance.now() + 1, 6, heldByRequest()), revision, `${afterMs} ms after it`);
  }
});

test("of many revalidations of what was joined, the oldest counts", () => {
  const log = logOf(["", "", "", "", ""]);
  const joined = createJoined(log);
  request = { completedCacheInvocations: new Map([["key", {}]]) };
  for (let times = 0; times < 50; times++) {
    joined.end("key", ["t"], log.events.length);
    log.events.push("t");
  }
  assert.equal(joined.revisionOf(["t"], performance.now() + 1, log.events.length, heldByRequest()), 5);
});

test("a request's own counts for what it renders later, by the tags that it has", () => {
  const joined = createJoined(LOG);
  request = { completedCacheInvocations: new Map() };
  heldByRequest().give("key", { tags: ["t"], revision: 5 });
  assert.equal(joined.revisionOf(["s", "t"], performance.now(), 7, heldByRequest()), 5);
  assert.equal(joined.revisionOf(["s"], performance.now(), 7, heldByRequest()), 7);
});

test("before Next 16.3, which asks again each time, it does not", () => {
  const joined = createJoined(LOG);
  request = {};
  heldByRequest().give("key", { tags: ["t"], revision: 5 });
  assert.equal(joined.revisionOf(["t"], performance.now(), 7, heldByRequest()), 7);
});

test("what a request has joined counts for the rest of it", () => {
  const joined = createJoined(LOG);
  joined.end('["key"][["lang","en"]]', ["t"], 5);
  const beganAt = performance.now() + 1;
  for (const [name, revision] of /** @type {const} */ ([['["key"]', 5], ['["other"]', 7]])) {
    request = { completedCacheInvocations: new Map([[name, {}]]) };
    assert.equal(joined.revisionOf(["t"], beganAt, 7, heldByRequest()), revision);
  }
  request = { completedCacheInvocations: new Map([['["key"]', {}]]) };
  heldByRequest().ask('["key"][["lang","de"]]');
  assert.equal(joined.revisionOf(["t"], beganAt, 7, heldByRequest()), 7, "it has rendered that itself");
  assert.equal(joined.revisionOf(["t"], beganAt, 7, heldByRequest()), 7, "and still knows it");
});

test("long keys are not kept without bounds", () => {
  const joined = createJoined(LOG);
  const beganAt = performance.now();
  joined.end("first", ["t"], 5);
  joined.end("a".repeat(4_000_000), ["t"], 6);
  assert.equal(joined.revisionOf(["t"], beganAt, 7, nothing), 6);
});
