// A pnpm workspace whose application has the handlers from a package of the workspace that re-exports them.

import assert from "node:assert/strict";
import { copyFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { run } from "../../scripts/demo/processes.mjs";
import { visit } from "../e2e/browse.mjs";
import { WITHOUT_AWS, nextOf, packed } from "./application.mjs";
import { startStandalones } from "./cluster.mjs";

const ROOT = join(import.meta.dirname, "../..");
/** The last major that runs on Node 20. */
const PNPM = "10.34.9";
const CACHED = join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "nextjs-dynamodb-cache");
const FOLDER = join(ROOT, ".cache/versions/monorepo");

describe("a pnpm workspace", () => {
  const elsewhere = mkdtempSync(join(tmpdir(), "monorepo-"));
  /** @type {Awaited<ReturnType<typeof startStandalones>>} */
  let cluster;
  before(async () => {
    await buildWorkspace();
    cpSync(join(FOLDER, "apps/web/.next/standalone"), elsewhere, { recursive: true, verbatimSymlinks: true });
    cluster = await startStandalones(join(elsewhere, "apps/web"), FOLDER);
  });
  after(async () => {
    await cluster?.end();
    rmSync(elsewhere, { recursive: true });
  });

  it("its standalone output, copied elsewhere, shares one cache and serves the build's pages", async () => {
    const built = [await visit(cluster.a, "/cached/built"), await visit(cluster.b, "/cached/built")];
    assert.deepEqual(built.map(({ cache, by }) => [cache, by]), [
      ["HIT", "the build"],
      ["HIT", "the build"],
    ]);
    const rendered = await visit(cluster.a, "/cached/on-demand");
    const found = await visit(cluster.b, "/cached/on-demand");
    assert.deepEqual([rendered.status, found.status], [200, 200]);
    assert.deepEqual([found.by, found.render], ["A", rendered.render]);
  });

  it("nothing is wanting", () => {
    for (const instance of [cluster.a, cluster.b]) {
      assert.doesNotMatch(instance.output(), /nextjs-dynamodb-cache|rror:/);
    }
  });
});

async function buildWorkspace() {
  rmSync(FOLDER, { recursive: true, force: true });
  cpSync(join(import.meta.dirname, "app/monorepo"), FOLDER, { recursive: true });
  copyFileSync(await packed(), join(FOLDER, "nextjs-dynamodb-cache.tgz"));
  const log = join(FOLDER, "pnpm.log");
  const store = ["--store-dir", join(CACHED, "pnpm-store")];
  const args = [await pnpm(), "install", "--prefer-offline", "--no-frozen-lockfile", ...store];
  await run("node", args, { cwd: FOLDER, env: { CI: "1" }, log });
  const cwd = join(FOLDER, "apps/web");
  await run("node", [nextOf(cwd), "build"], { cwd, env: WITHOUT_AWS, log: join(FOLDER, "build.log") });
}

/** @returns {Promise<string>} its script; installed once per user */
async function pnpm() {
  const folder = join(CACHED, `pnpm-${PNPM}`);
  const script = join(folder, "node_modules/pnpm/bin/pnpm.cjs");
  if (!existsSync(script)) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "package.json"), '{ "private": true }\n');
    const args = ["install", "--no-audit", "--no-fund", "--save-exact", `pnpm@${PNPM}`];
    await run("npm", args, { cwd: folder, log: join(folder, "install.log") });
  }
  return script;
}
