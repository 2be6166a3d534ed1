// A rolling deploy: instances of two builds at once.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { startEmulator } from "../emulators.mjs";
import { act, visit } from "./browse.mjs";
import { buildAgain, startCluster } from "./cluster.mjs";

describe("instances of two builds over one table", () => {
  /** @type {Awaited<ReturnType<typeof startCluster>>} */
  let cluster;
  /** @type {import("./cluster.mjs").Instance} */
  let next;
  before(async () => {
    cluster = await startCluster(await startEmulator("dynalite"));
    await buildAgain("two");
    next = await cluster.start("next", "two");
  });
  after(() => cluster?.end());

  it("pages are not shared: old markup names files that the new build does not have", async () => {
    const old = await visit(cluster.a, "/isr/rolling");
    const renewed = await visit(next, "/isr/rolling");
    assert.deepEqual([renewed.cache, renewed.by], ["MISS", "next"]);
    const again = [await visit(cluster.b, "/isr/rolling"), await visit(next, "/isr/rolling")];
    assert.deepEqual(again.map(({ cache, render }) => [cache, render]), [
      ["HIT", old.render],
      ["HIT", renewed.render],
    ]);
  });

  it("route handlers and pages of the Pages Router are not shared", async () => {
    for (const path of ["/binary/rolling", "/old/rolling"]) {
      await visit(cluster.a, path);
      assert.equal((await visit(next, path)).cache, "MISS", path);
    }
  });

  it("fetches and unstable_cache are shared", async () => {
    for (const path of ["/fetched/rolling", "/memo/rolling"]) {
      await visit(cluster.a, path);
      assert.equal((await visit(next, path)).content, `${path} 1`);
      assert.equal(cluster.origin.count(path), 1);
    }
  });

  it("revalidations are shared, both ways", async () => {
    for (const [from, to] of [
      [cluster.a, next],
      [next, cluster.a],
    ]) {
      const before = await visit(to, "/isr/revalidated");
      await act(from, "expireTag", "isr-revalidated");
      const after = await visit(to, "/isr/revalidated");
      assert.equal(after.cache, "MISS");
      assert.notEqual(after.render, before.render);
    }
  });
});
