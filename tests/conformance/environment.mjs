// Two instances of one build that share a table, and how to start more; for the control, one instance of Next alone.

import { join } from "node:path";
import { EMULATOR_CREDENTIALS } from "../emulators.mjs";
import { createApplication } from "./application.mjs";
import { Instance } from "./instance.mjs";
import { nextOf } from "./words.mjs";

/** @typedef {import("./versions.mjs").Version} Version */
/** @typedef {import("./words.mjs").Next} Next */

/**
 * @typedef {object} Environment
 * @property {Next} next
 * @property {Instance} a
 * @property {Instance} b another process than `a`, but for the control
 * @property {string} distDir where the build of both lies
 * @property {(more?: { build?: string, env?: Record<string, string> }) => Promise<Instance>} start one more instance, of
 *   this build unless another is named
 * @property {() => Promise<void>} stop
 */

/** Far above what a busy test machine needs: the checks are about answers, not about time. */
const BUDGETS = { readTimeoutMs: 20_000, coldTimeoutMs: 20_000, writeTimeoutMs: 20_000 };
const BUILD = "build-1";

/**
 * @param {Version} version
 * @param {{ folder: string, endpoint?: string }} place without an endpoint, it is the control
 * @returns {Promise<Environment>}
 */
export async function startEnvironment(version, { folder, endpoint }) {
  const next = nextOf(version);
  const options = { endpoint, tableName: `conformance-${version}`, region: "eu-central-1", credentials: EMULATOR_CREDENTIALS, ...BUDGETS };
  /** @type {Instance[]} */
  const instances = [];
  /** @type {Environment["start"]} */
  const start = async ({ build = BUILD, env } = {}) => {
    const application = await applicationOf(join(folder, `${version}-${endpoint ? "dynamodb" : "next"}-${build}`), version, build);
    const handler = endpoint ? "dynamodb" : "next";
    const instance = new Instance(next, { folder: application.folder, handler, options }, env);
    instances.push(instance);
    await instance.ready();
    return instance;
  };
  if (endpoint) {
    await createTable(options);
  }
  const a = await start();
  const b = endpoint ? await start() : a;
  const { distDir } = await applicationOf(join(folder, `${version}-${endpoint ? "dynamodb" : "next"}-${BUILD}`), version, BUILD);
  const stop = async () => void (await Promise.all(instances.map((instance) => instance.stop())));
  return { next, a, b, distDir, start, stop };
}

/** @type {Map<string, ReturnType<typeof createApplication>>} */
const applications = new Map();

/**
 * @param {string} folder
 * @param {Version} version
 * @param {string} build
 */
function applicationOf(folder, version, build) {
  const application = applications.get(folder) ?? createApplication(folder, version, build);
  applications.set(folder, application);
  return application;
}

/** @param {{ endpoint?: string, tableName: string, region: string, credentials: typeof EMULATOR_CREDENTIALS }} options */
async function createTable({ endpoint, tableName, region, credentials }) {
  // Loaded late: the control runs on a checkout that is not built.
  const { createCacheTable } = await import("../../js/create-table.mjs");
  await createCacheTable({ endpoint, tableName, region, credentials, log: false });
}
