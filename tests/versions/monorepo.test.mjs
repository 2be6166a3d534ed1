// A pnpm workspace whose application has the handlers from a package of the workspace that re-exports them, on every
// version of Next.

import assert from "node:assert/strict";
import { copyFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
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
/** Versions of Next, with their React. */
const VERSIONS = { "14.2.35": "18.3.1", "15.5.29": "19.2.3", "16.2.6": "19.2.3", "16.4.6": "19.2.3" };

for (const [next, react] of Object.entries(VERSIONS)) {
  describe(`a pnpm workspace on next ${next}`, () => testWorkspace(next, react));
}

/**
 * @param {string} next
 * @param {string} react
 */
function testWorkspace(next, react) {
  const folder = join(ROOT, `.cache/versions/monorepo-${next}`);
  const elsewhere = mkdtempSync(join(tmpdir(), "monorepo-"));
  /** @type {Awaited<ReturnType<typeof startStandalones>>} */
  let cluster;
  before(async () => {
    await buildWorkspace(folder, next, react);
    cpSync(join(folder, "apps/web/.next/standalone"), elsewhere, { recursive: true, verbatimSymlinks: true });
    cluster = await startStandalones(join(elsewhere, "apps/web"), folder);
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
}

/**
 * @param {string} folder
 * @param {string} next
 * @param {string} react
 */
async function buildWorkspace(folder, next, react) {
  rmSync(folder, { recursive: true, force: true });
  const sources = Number.parseInt(next, 10) < 16 ? ["monorepo", "monorepo-before-16"] : ["monorepo"];
  for (const source of sources) {
    cpSync(join(import.meta.dirname, "app", source), folder, { recursive: true });
  }
  copyFileSync(await packed(), join(folder, "nextjs-dynamodb-cache.tgz"));
  const cwd = join(folder, "apps/web");
  const manifest = JSON.parse(readFileSync(join(cwd, "package.json"), "utf8"));
  Object.assign(manifest.dependencies, { next, react, "react-dom": react });
  writeFileSync(join(cwd, "package.json"), JSON.stringify(manifest, null, 2));
  const log = join(folder, "pnpm.log");
  const store = ["--store-dir", join(CACHED, "pnpm-store")];
  const args = [await pnpm(), "install", "--prefer-offline", "--no-frozen-lockfile", ...store];
  await run("node", args, { cwd: folder, env: { CI: "1" }, log });
  await run("node", [nextOf(cwd), "build"], { cwd, env: WITHOUT_AWS, log: join(folder, "build.log") });
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
