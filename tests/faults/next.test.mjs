// Faults under a real `next start`: every page answers 200, and hits are back when the fault is over.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { until, visit } from "../e2e/browse.mjs";
import { startCluster } from "../e2e/cluster.mjs";
import { startEmulator } from "../emulators.mjs";
import { FAULTS } from "./catalogue.mjs";
import { startFaultServer } from "./server.mjs";

const TRIED = [
  "silent after accept",
  "RST after the request",
  "HTML with status 200",
  "500 InternalServerError",
  "AccessDenied",
  "stored bytes corrupted",
];
/** The budgets of a get and a set, each twice (the page and its data), and time to render on a busy machine. */
const LIMIT_MS = 9_000;
/** The breaker asks again every 1.5 seconds; the rest is for a busy machine. */
const RECOVERY_MS = 10_000;

/** @type {Awaited<ReturnType<typeof startCluster>>} */
let cluster;
/** @type {import("./server.mjs").FaultServer} */
let server;

before(async () => {
  const emulator = await startEmulator();
  server = await startFaultServer(emulator.endpoint);
  const stop = async () => void (await Promise.all([server.stop(), emulator.stop()]));
  // With the budgets that an application has by default.
  cluster = await startCluster({ endpoint: server.endpoint, stop }, {});
});
after(() => cluster?.end());

for (const name of TRIED) {
  test(`${name}: every page answers 200, and hits come back`, async () => {
    const fault = FAULTS.find((one) => one.name === name);
    assert.ok(fault?.behaviour, `there is no fault ${name}`);
    const slug = name.replaceAll(/\W+/g, "-").toLowerCase();
    await visit(cluster.a, "/isr/known");
    server.behave(fault.behaviour);
    const paths = ["/isr/known", `/isr/${slug}`, `/fetched/${slug}`, `/memo/${slug}`, `/old/${slug}`, "/prerendered"];
    for (const instance of [cluster.a, cluster.b]) {
      for (const path of paths) {
        const began = performance.now();
        const { status, render } = await visit(instance, path);
        const ms = performance.now() - began;
        console.log(`${name.padEnd(24)} ${path.padEnd(32)} expected 200 happened ${status} ${ms.toFixed(0)} ms`);
        assert.ok(status === 200 && render, `${path} answered ${status}`);
        assert.ok(ms < LIMIT_MS, `${path} took ${Math.round(ms)} ms`);
      }
    }
    server.behave();
    let attempt = 0;
    await until(
      "what one instance renders is a hit on the other",
      async () => {
        const path = `/isr/${slug}-${attempt++}`;
        const { render } = await visit(cluster.a, path);
        const found = await visit(cluster.b, path);
        return found.cache === "HIT" && found.render === render;
      },
      RECOVERY_MS,
    );
  });
}
