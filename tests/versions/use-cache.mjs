// The suite of 'use cache' on one version, whose application is built once.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, it } from "node:test";
import { pause, stop } from "../../scripts/demo/processes.mjs";
import { act, events, visit } from "../e2e/browse.mjs";
import { copyStandalone, nextOf } from "./application.mjs";
import { JOINED } from "./checks/joined.mjs";
import { CHECKS } from "./checks/use-cache.mjs";
import { startCluster, startControl } from "./cluster.mjs";
import { buildUseCacheApplication } from "./use-cache-application.mjs";

/** @typedef {import("./cluster.mjs").Cluster} Cluster */
/** @typedef {import("./application.mjs").Application} Application */

/** @param {string} version */
export function testUseCache(version) {
  const major = Number.parseInt(version, 10);
  const checks = CHECKS.filter(({ from = 0 }) => major >= from);

  describe(`'use cache' on next ${version}`, () => {
    /** @type {Application} */
    let application;
    /** @type {Cluster} */
    let cluster;
    before(async () => {
      application = await buildUseCacheApplication(version);
      cluster = await startCluster(application);
    });
    after(() => cluster?.end());

    for (const { name, run } of checks) {
      it(name, () => run({ ...cluster, major }));
    }

    it("visits for seconds on both store a shell and what is in it once", async () => {
      const instances = [cluster.a, cluster.b];
      const last = await Promise.all(instances.map(async (instance) => (await events(instance)).at(-1)?.number ?? 0));
      for (let time = 0; time < 4; time++) {
        for (const instance of instances) {
          assert.equal((await visit(instance, "/part/steady")).content, "/part/steady 1");
        }
        await pause(700);
      }
      assert.equal(cluster.origin.count("/part/steady"), 1);
      const now = await Promise.all(instances.map(events));
      const stored = now.flatMap((reported, index) =>
        reported.filter(({ number, type }) => type === "set" && number > (last[index] ?? 0)),
      );
      // Next 15 has no shells: it renders the page for every request.
      assert.deepEqual(stored.map(({ kind }) => kind), major >= 16 ? ["USE_CACHE", "APP_PAGE"] : ["USE_CACHE"]);
    });

    for (const { name, run } of JOINED) {
      it(name, () => run({ ...cluster, major }));
    }

    it("an instance that starts later, of the standalone output, shares what is cached", async () => {
      const kept = await visit(cluster.a, "/remote/kept");
      await act(cluster.a, "expireTag", "cached-two");
      const server = await cluster.start("C", { standalone: await copyStandalone(application, "C") });
      assert.equal((await visit(server, "/remote/kept")).content, kept.content);
      assert.notEqual((await visit(server, "/cached/two")).content, "/cached/two by the build");
      assert.deepEqual((await events(server)).filter(({ type }) => type === "degraded"), []);
      await stop(server);
    });

    for (const bundler of ["turbopack", "webpack"]) {
      it(`next dev with ${bundler} keeps what a function has cached, and renews it`, () =>
        servesInDevelopment(application, cluster, bundler));
    }

    it("no call to the store has failed", async () => {
      for (const instance of [cluster.a, cluster.b]) {
        const reported = await events(instance);
        assert.ok(reported.some(({ kind }) => kind === "USE_CACHE"), "the plural handler reported nothing");
        assert.deepEqual(reported.filter(({ type }) => type === "degraded"), []);
        assert.ok(!instance.output().includes("[nextjs-dynamodb-cache]"), instance.output());
      }
    });
  });

  describe(`control: 'use cache' on next ${version} with its own handlers`, () => {
    /** @type {Cluster} */
    let cluster;
    before(async () => (cluster = await startControl(await buildUseCacheApplication(version))));
    after(() => cluster?.end());
    for (const { name, run, beyondNext } of checks) {
      it(beyondNext ? `${name} [not in Next: ${beyondNext}]` : name, async () => {
        const outcome = run({ ...cluster, major });
        await (beyondNext ? assert.rejects(outcome, assert.AssertionError) : outcome);
      });
    }
  });
}

/**
 * @param {Application} application
 * @param {Cluster} cluster
 * @param {string} bundler
 */
async function servesInDevelopment({ folder }, cluster, bundler) {
  const path = `/remote/${bundler}`;
  const command = [nextOf(folder), "dev", `--${bundler}`, "--port", "PORT"].filter((arg) => isKnown(folder, arg));
  const server = await cluster.start(`dev-${bundler}`, { command, env: { DIST_DIR: `.next-${bundler}` } });
  try {
    // Compiled first: what webpack writes for it later, Next on a slow machine reads half, in a worker that looks for the
    // paths of the page below, and says so.
    await visit(server, "/actions");
    assert.deepEqual([(await visit(server, path)).content, (await visit(server, path)).content], [`${path} 1`, `${path} 1`]);
    // By itself: in development Next puts a memory of its own before the handler, which learns late of others.
    await act(server, "expireTag", `remote-${bundler}`);
    assert.deepEqual([(await visit(server, path)).content, (await visit(server, path)).content], [`${path} 2`, `${path} 2`]);
    assert.equal(cluster.origin.count(path), 2);
    assert.doesNotMatch(server.output(), /⨯|\[nextjs-dynamodb-cache\]/);
  } finally {
    await stop(server);
  }
}

/**
 * Next 15 bundles with webpack unless told otherwise, and knows no flag for it.
 *
 * @param {string} folder
 * @param {string} arg
 */
function isKnown(folder, arg) {
  return arg !== "--webpack" || readFileSync(nextOf(folder), "utf8").includes("--webpack");
}
