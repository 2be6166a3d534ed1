// The suite of one version: its application is built once, and started with this package's handler and with Next's own.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { promisify } from "node:util";
import { TABLE_ENVIRONMENT } from "../../scripts/demo/application.mjs";
import { pause, stop } from "../../scripts/demo/processes.mjs";
import { act, events, until } from "../e2e/browse.mjs";
import { send } from "../integration/raw.mjs";
import { build, copyStandalone, nextOf, WITHOUT_AWS } from "./application.mjs";
import { gives } from "./checks/client.mjs";
import { CHECKS } from "./checks/index.mjs";
import { visit } from "./checks/pages.mjs";
import { TABLE, startCluster, startControl, startServer } from "./cluster.mjs";
import { createRoutersApplication } from "./routers-application.mjs";

/** @typedef {import("./cluster.mjs").Cluster} Cluster */
/** @typedef {import("./application.mjs").Application} Application */

/** How a line begins that this package writes. */
const OURS = /^.*\[nextjs-dynamodb-cache\].*$/gm;

/**
 * @param {string} version
 * @param {import("./checks/check.mjs").Next} next
 * @param {{ light?: boolean }} [extent] without `next dev` and the control, if it is light
 */
export function testRouters(version, next, { light = false } = {}) {
  const checks = CHECKS.filter(({ on }) => on?.(next) ?? true);

  describe(`next ${version}`, () => {
    /** @type {Application} */
    let application;
    /** @type {Cluster} */
    let cluster;
    /** @type {string} */
    let buildOutput;
    before(async () => {
      application = await createRoutersApplication(version);
      buildOutput = await build(application);
      cluster = await startCluster(application);
    });
    after(() => cluster?.end());

    it("builds without AWS, and without a word about it", () => {
      assert.deepEqual(buildOutput.match(OURS), null);
    });

    for (const { name, run } of checks) {
      it(name, () => run({ ...cluster, next }));
    }

    it("a render whose time had come leaves the log of revalidations as it is", async () => {
      await visit(cluster.a, "/short/log");
      const before = await logOf(cluster);
      for (let time = 0; time < 2; time++) {
        await pause(2_200);
        const old = await visit(cluster.b, "/short/log");
        await until("it is rendered anew", async () => (await visit(cluster.b, "/short/log")).render !== old.render);
      }
      assert.deepEqual(await logOf(cluster), before);
    });

    it("no render was taken for an overwriting of what was good", async () => {
      const log = await logOf(cluster);
      assert.ok(Number(log.version.N) > 0);
      assert.ok(!JSON.stringify(log).includes("overwritten"), JSON.stringify(log));
    });

    it("the standalone output, copied elsewhere, shares the cache and serves the build's own", async () => {
      const rendered = await visit(cluster.a, "/isr/for-standalone");
      const standalone = await copyStandalone(application, "C");
      assert.ok(existsSync(join(standalone, "node_modules/nextjs-dynamodb-cache/pkg/core.wasm")), "the core's file was not traced");
      const server = await cluster.start("C", { standalone });
      const found = await visit(server, "/isr/for-standalone");
      assert.deepEqual([found.cache, found.render], ["HIT", rendered.render]);
      assert.equal(found.cacheControl, rendered.cacheControl);
      const built = await visit(server, "/built/two");
      assert.deepEqual([built.cache, built.by], ["HIT", "the build"]);
      assert.equal(await gives(cluster.a, "/client", "set", "for-standalone", "stored by A"), true);
      assert.equal((await gives(server, "/client", "get", "for-standalone"))?.value, "stored by A");
      await act(server, "expireTag", "isr-for-standalone");
      assert.notEqual((await visit(cluster.a, "/isr/for-standalone")).render, rendered.render);
      assert.deepEqual((await events(server)).filter(({ type }) => type === "degraded"), []);
      await stop(server);
    });

    it("another build renders its own pages and route handlers, and shares fetches and revalidations", async () => {
      const standalone = await copyStandalone(application, "another");
      writeFileSync(join(standalone, ".next/BUILD_ID"), "another-build");
      const other = await cluster.start("D", { standalone });
      for (const path of ["/isr/builds", "/binary/builds", "/old/builds"]) {
        const rendered = await visit(cluster.a, path);
        const own = await visit(other, path);
        assert.equal(own.cache, "MISS", path);
        assert.equal((await visit(other, path)).cache, "HIT", path);
        assert.equal((await visit(cluster.b, path)).cache, "HIT", path);
        assert.ok((await visit(cluster.b, path)).body.equals(rendered.body), path);
      }
      for (const path of ["/fetched/builds", "/memo/builds"]) {
        const contents = [(await visit(cluster.a, path)).content, (await visit(other, path)).content];
        assert.deepEqual(contents, [`${path} 1`, `${path} 1`]);
      }
      for (const [from, to] of /** @type {const} */ ([
        [cluster.a, other],
        [other, cluster.a],
      ])) {
        const before = await visit(to, "/isr/builds");
        await act(from, "expireTag", "isr-builds");
        assert.notEqual((await visit(to, "/isr/builds")).render, before.render);
      }
      await stop(other);
    });

    it("what seed has uploaded is served from the table, and seed leaves alone what is there", async () => {
      const standalone = await copyStandalone(application, "seeded");
      writeFileSync(join(standalone, ".next/BUILD_ID"), "seeded-build");
      const seed = (/** @type {string[]} */ ...args) => runSeed(application, cluster, ["--build", "seeded-build", ...args]);
      const planned = await seed("--dry-run");
      assert.ok(planned.stored >= 3 && planned.notRead === 0, JSON.stringify(planned));
      const first = await seed();
      assert.deepEqual({ ...first, dryRun: true, routes: [] }, { ...planned, routes: [] });
      const second = await seed();
      assert.deepEqual([second.stored, second.thereAlready], [0, first.stored + first.thereAlready]);
      // Nothing has revalidated this one so far; what the checks before have, seed leaves out.
      const server = await cluster.start("G", { standalone });
      const found = await visit(server, "/built/two");
      assert.deepEqual([found.status, found.cache, found.by], [200, "HIT", "the build"]);
      const seen = await events(server);
      assert.ok(seen.some(({ type, source, key }) => type === "hit" && source === "table" && key?.includes("built/two")), JSON.stringify(seen));
      await stop(server);
    });

    it("another deployment renders its own pages, also where all builds have the same id", async () => {
      const other = await cluster.start("F", { env: { NEXT_DEPLOYMENT_ID: "another" } });
      const rendered = await visit(cluster.a, "/isr/deployments");
      const own = await visit(other, "/isr/deployments");
      assert.equal(own.cache, "MISS");
      const settled = [await visit(cluster.b, "/isr/deployments"), await visit(other, "/isr/deployments")];
      assert.deepEqual(settled.map(({ cache, render }) => [cache, render]), [
        ["HIT", rendered.render],
        ["HIT", own.render],
      ]);
      await stop(other);
    });

    it("an instance that starts later does not serve prerendered pages that were revalidated before", async () => {
      const { render } = await visit(cluster.a, "/built/two");
      await act(cluster.a, "expireTag", "built-two");
      const server = await cluster.start("E");
      const renewed = await visit(server, "/built/two");
      assert.deepEqual([renewed.status, renewed.cache], [200, "MISS"]);
      assert.notEqual(renewed.render, render);
      await stop(server);
    });

    it("no call to the store has failed", async () => {
      for (const instance of [cluster.a, cluster.b]) {
        assert.deepEqual((await events(instance)).filter(({ type }) => type === "degraded"), []);
        assert.deepEqual(instance.output().match(OURS), null);
      }
    });

    if (!light) {
      it("next dev serves without AWS", () => servesInDevelopment(application, cluster));
    }
  });

  if (!light) {
    testControl(version, next, checks);
  }
}

/**
 * @param {Application} application
 * @param {Cluster} cluster
 * @param {string[]} args
 * @returns {Promise<any>} what it reports
 */
async function runSeed({ folder }, { endpoint }, args) {
  const command = join(folder, "node_modules/nextjs-dynamodb-cache/js/cli/main.mjs");
  const env = { ...process.env, ...TABLE_ENVIRONMENT, AWS_ENDPOINT_URL_DYNAMODB: endpoint, NEXT_CACHE_DYNAMODB_TABLE: TABLE };
  const { stdout } = await promisify(execFile)(process.execPath, [command, "seed", "--json", ...args], { cwd: folder, env });
  return JSON.parse(stdout);
}

/**
 * @param {string} version
 * @param {import("./checks/check.mjs").Next} next
 * @param {import("./checks/check.mjs").Check[]} checks
 */
function testControl(version, next, checks) {
  describe(`control: next ${version} with its own handler`, () => {
    /** @type {Cluster} */
    let cluster;
    before(async () => {
      const application = await createRoutersApplication(version);
      await build(application);
      cluster = await startControl(application);
    });
    after(() => cluster?.end());
    for (const { name, run, beyondNext } of checks.filter(({ withoutControl }) => !withoutControl)) {
      const why = beyondNext?.(next);
      it(why ? `${name} [not in Next: ${why}]` : name, async () => {
        const outcome = run({ ...cluster, next });
        await (why ? assert.rejects(outcome, assert.AssertionError) : outcome);
      });
    }
  });
}

/**
 * @param {Application} application
 * @param {Cluster} cluster
 */
async function servesInDevelopment({ folder, logs }, { origin }) {
  const env = { ...WITHOUT_AWS, ORIGIN: origin.url, DIST_DIR: ".next-dev", E2E_TIMEOUTS: "{}" };
  const command = [nextOf(folder), "dev", "--port", "PORT"];
  const server = await startServer(folder, command, { name: "dev", env, log: join(logs, "dev.log") });
  try {
    for (const path of ["/isr/dev", "/old/dev"]) {
      assert.equal((await visit(server, path)).status, 200, path);
    }
  } finally {
    await stop(server);
  }
  // How Next marks an error.
  assert.ok(!readFileSync(join(logs, "dev.log"), "utf8").includes("⨯"), "its log has an error");
}

/** @param {Cluster} cluster */
async function logOf({ endpoint }) {
  const key = { key: { S: "__revalidations__" } };
  const { Item } = await send(endpoint, "GetItem", { TableName: TABLE, Key: key, ConsistentRead: true });
  return Item;
}
