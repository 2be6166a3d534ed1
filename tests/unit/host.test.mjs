// An exchange as the core sees it: it ends when it has to, whatever the function does that makes it.

import assert from "node:assert/strict";
import { test } from "node:test";
import { createHost } from "../../js/host.mjs";
import runtime from "../../js/runtime/node.mjs";
import { loggerFor } from "../../js/shared.mjs";
import { sharedTimers } from "../../js/timers.mjs";

const BODY = new Uint8Array();

/** A host whose exchanges never end, not even when they are called off. */
function hangingHost() {
  let calledOff = 0;
  const { env, readFile, writeFile, runProcess } = runtime;
  const exchange = () => ({ promise: new Promise(() => {}), cancel: () => calledOff++ });
  const host = createHost({ logger: loggerFor(false), env, readFile, writeFile, runProcess, timers: sharedTimers(setTimeout), exchange });
  return { host, calledOff: () => calledOff };
}

test("an exchange that heeds no signal is over when its time is", async () => {
  const { host, calledOff } = hangingHost();
  const { promise } = host.fetch("http://a/", "POST", "", BODY, 20);
  assert.equal(host.isQuiet(), false);
  await assert.rejects(promise, (/** @type {any} */ error) => error.timedOut === true);
  assert.deepEqual([calledOff(), host.isQuiet()], [1, true]);
});

test("and when it is called off, which leaves no timer behind", async () => {
  const { host, calledOff } = hangingHost();
  const { promise, cancel } = host.fetch("http://a/", "POST", "", BODY, 20);
  cancel();
  assert.deepEqual([calledOff(), host.isQuiet()], [1, true]);
  await assert.rejects(promise, (error) => error === undefined);
  await new Promise((resolve) => setTimeout(resolve, 40));
  assert.equal(calledOff(), 1);
});
