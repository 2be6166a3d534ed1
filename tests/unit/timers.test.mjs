// Timers that share one of the runtime's: each goes off when it is due, and holds the process as its own would.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { ownTimers, sharedTimers } from "../../js/timers.mjs";

/** @param {number} ms */
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** The global one, and how often it was called. */
function counted() {
  let begun = 0;
  const begin = (/** @type {() => void} */ callback, /** @type {number} */ ms) => {
    begun += 1;
    return setTimeout(callback, ms);
  };
  return { begin, begun: () => begun };
}

for (const [name, timersOf] of /** @type {const} */ ([["shared", sharedTimers], ["own", ownTimers]])) {
  test(`${name}: each goes off at its time, in whatever order they began, and none that was ended`, async () => {
    const timers = timersOf(setTimeout);
    const began = performance.now();
    /** @type {[number, number][]} */
    const wentOff = [];
    for (const ms of [60, 20, 100, 20, 0]) {
      timers.start(() => wentOff.push([ms, performance.now() - began]), ms);
    }
    const ended = timers.start(() => wentOff.push([-1, 0]), 40);
    await pause(30);
    ended.end();
    ended.end();
    await pause(120);
    assert.deepEqual(wentOff.map(([ms]) => ms), [0, 20, 20, 60, 100]);
    for (const [ms, after] of wentOff) {
      assert.ok(after >= ms - 2, `${ms} ms went off after ${after}`);
    }
  });
}

test("a thousand that are ended in time begin one of the runtime's, which has gone off once", async () => {
  const { begin, begun } = counted();
  const timers = sharedTimers(begin);
  for (let times = 0; times < 1_000; times++) {
    timers.start(assert.fail, 30).end();
  }
  assert.equal(begun(), 1);
  await pause(50);
  assert.equal(begun(), 1);
  await new Promise((resolve) => timers.start(() => resolve(undefined), 10));
  assert.equal(begun(), 2);
});

test("one that begins another when it goes off", async () => {
  const timers = sharedTimers(setTimeout);
  await new Promise((resolve) => timers.start(() => timers.start(() => resolve(undefined), 5), 5));
});

/** How long a process lives that runs this with `timers`, milliseconds; what it prints. */
function processOf(/** @type {string} */ source) {
  const module = new URL("../../js/timers.mjs", import.meta.url).href;
  const script = `const timers = (await import("${module}")).sharedTimers(setTimeout);
    const began = performance.now();
    process.on("exit", () => console.log(Math.round(performance.now() - began)));
    ${source}`;
  const [ms, ...printed] = execFileSync(process.execPath, ["--input-type=module", "--eval", script], { encoding: "utf8" }).trim().split("\n").reverse();
  return { ms: Number(ms), printed };
}

test("one that waits keeps the process alive, one that has ended or is let go does not", () => {
  const waits = processOf('timers.start(() => console.log("off"), 300);');
  assert.deepEqual(waits.printed, ["off"]);
  assert.ok(waits.ms >= 298, String(waits.ms));
  const afterOther = processOf('timers.start(() => {}, 400).end(); timers.start(() => console.log("off"), 300);');
  assert.deepEqual(afterOther.printed, ["off"]);
  for (const source of ["timers.start(() => {}, 30_000).end();", "timers.start(() => {}, 30_000).unref();"]) {
    const { ms, printed } = processOf(source);
    assert.ok(ms < 5_000 && printed.length === 0, `${source} ${ms}`);
  }
  const heldByOther = processOf('timers.start(() => {}, 30_000).unref(); timers.start(() => console.log("off"), 300);');
  assert.deepEqual(heldByOther.printed, ["off"]);
  assert.ok(heldByOther.ms < 5_000, String(heldByOther.ms));
});

test("where a timer cannot be let go, the last that ends takes it away", () => {
  /** @type {Set<number>} */
  const running = new Set();
  let id = 0;
  const { clearTimeout } = globalThis;
  globalThis.clearTimeout = /** @type {any} */ ((/** @type {number} */ timer) => running.delete(timer));
  try {
    const timers = sharedTimers(() => {
      running.add(++id);
      return id;
    });
    const [one, other] = [timers.start(() => {}, 50), timers.start(() => {}, 60)];
    one.end();
    assert.equal(running.size, 1);
    other.end();
    assert.equal(running.size, 0);
    timers.start(() => {}, 70);
    assert.equal(running.size, 1);
  } finally {
    globalThis.clearTimeout = clearTimeout;
  }
});
