// With `renderLeaseMs`, one of two instances renders a page that both are asked for.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { startEmulator } from "../emulators.mjs";
import { pause } from "../../scripts/demo/processes.mjs";
import { revalidate, until, visit } from "./browse.mjs";
import { PATIENT, startCluster } from "./cluster.mjs";

describe("one render for both instances", () => {
  /** @type {Awaited<ReturnType<typeof startCluster>>} */
  let cluster;
  before(async () => (cluster = await startCluster(await startEmulator("dynamodb-local"), { ...PATIENT, renderLeaseMs: 60_000 })));
  after(() => cluster?.end());

  it("a page that is stale is rendered once, and both serve the old one until it is there", async () => {
    const path = "/slow/leased";
    const old = await visit(cluster.a, path);
    assert.equal((await visit(cluster.b, path)).render, old.render);
    await revalidate(cluster.a, "tag", "slow-leased", "max");
    const before = cluster.origin.count(path);
    for (const [instance, cache] of /** @type {const} */ ([[cluster.b, "STALE"], [cluster.a, "HIT"], [cluster.a, "HIT"]])) {
      const page = await visit(instance, path);
      assert.deepEqual([page.render, page.cache], [old.render, cache]);
    }
    const renewed = await until("it is rendered anew", async () => {
      const page = await visit(cluster.a, path);
      return page.render !== old.render && page;
    });
    assert.equal(renewed.by, "B");
    assert.equal((await visit(cluster.b, path)).render, renewed.render);
    assert.equal(cluster.origin.count(path), before + 1, "its data was asked for once");
  });

  it("so is one that is due", async () => {
    const path = "/short/leased";
    const old = await visit(cluster.a, path);
    await pause(2_100);
    const answers = await Promise.all([cluster.a, cluster.b].map((instance) => visit(instance, path)));
    assert.deepEqual(answers.map(({ render }) => render), [old.render, old.render]);
    assert.deepEqual(answers.map(({ cache }) => cache).sort(), ["HIT", "STALE"]);
    const renderer = answers[0]?.cache === "STALE" ? "A" : "B";
    await until(`${renderer} has rendered it`, async () => (await visit(cluster.b, path)).by === renderer);
  });
});
