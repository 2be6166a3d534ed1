// An exchange as the core sees it: it ends when it has to, whatever the function does that makes it.

import assert from "node:assert/strict";
import { test } from "node:test";
import { createHost } from "../../js/host.mjs";
import runtime from "../../js/runtime/node.mjs";
import { loggerFor } from "../../js/shared.mjs";
import { sharedTimers } from "../../js/timers.mjs";

/** @typedef {import("../../js/runtime/runtime.d.ts").Exchange} Exchange */

const BODY = new Uint8Array();
const RESPONSE = { status: 200, headers: "", body: BODY };

/**
 * A host with this exchange, and what it gives the core.
 *
 * @param {Exchange} exchange
 */
function hostOf(exchange) {
  const { env, readFile, writeFile, runProcess } = runtime;
  const host = createHost({ logger: loggerFor(false), env, readFile, writeFile, runProcess, timers: sharedTimers(setTimeout), exchange });
  /** @type {[number, unknown, boolean][]} */
  const given = [];
  const settle = (/** @type {[number, unknown, boolean]} */ ...what) => void given.push(what);
  const fetch = (/** @type {number} */ number) => host.fetch(settle, number, "http://a/", "POST", "", BODY, 20);
  return { host, given, settle, fetch };
}

/** A host whose exchanges never end, not even when they are called off. */
function hangingHost() {
  let calledOff = 0;
  return { ...hostOf(() => () => calledOff++), calledOff: () => calledOff };
}

const passed = (/** @type {number} */ ms) => new Promise((resolve) => setTimeout(resolve, ms));

test("an exchange that heeds no signal is over when its time is", async () => {
  const { host, given, fetch, calledOff } = hangingHost();
  fetch(7);
  assert.equal(host.isQuiet(), false);
  await passed(40);
  assert.deepEqual(given, [[7, { timedOut: true }, true]]);
  assert.deepEqual([calledOff(), host.isQuiet()], [1, true]);
});

test("and when it is called off, which leaves no timer behind", async () => {
  const { host, given, fetch, calledOff } = hangingHost();
  fetch(7).cancel();
  assert.deepEqual([calledOff(), host.isQuiet()], [1, true]);
  await passed(40);
  assert.deepEqual([given, calledOff()], [[], 1]);
});

test("the core is given one thing, the first, and nothing while it asks", async () => {
  /** @type {Parameters<Exchange>[4][]} */
  const settles = [];
  const { host, given, fetch } = hostOf((_url, _method, _headers, _body, settle) => {
    settles.push(settle);
    settle.reject(new Error("at once"));
    settle.resolve(RESPONSE);
    return () => assert.fail("it was called off");
  });
  fetch(3);
  assert.deepEqual([given, host.isQuiet()], [[], false]);
  await passed(0);
  assert.deepEqual([given, host.isQuiet()], [[[3, new Error("at once"), true]], true]);
  settles[0]?.resolve(RESPONSE);
  await passed(40);
  assert.equal(given.length, 1);
});

test("a response that comes after the core has called it off is nobody's", async () => {
  /** @type {Parameters<Exchange>[4][]} */
  const settles = [];
  const { given, fetch } = hostOf((_url, _method, _headers, _body, settle) => {
    settles.push(settle);
    return () => {};
  });
  const pending = fetch(1);
  fetch(2);
  pending.cancel();
  settles.forEach((settle) => settle.resolve(RESPONSE));
  assert.deepEqual(given, [[2, RESPONSE, false]]);
});

test("a pause ends by itself or is called off", async () => {
  const { host, given, settle } = hangingHost();
  host.sleep(settle, 1, 10);
  host.sleep(settle, 2, 10).cancel();
  assert.equal(host.isQuiet(), false);
  await passed(30);
  assert.deepEqual([given, host.isQuiet()], [[[1, undefined, false]], true]);
});
