// Two instances of one build that share a table, and how to start more; for the control, one instance of Next alone.

import { join } from "node:path";
import { EMULATOR_CREDENTIALS } from "../emulators.mjs";
import { createApplication } from "./application.mjs";
import { Instance } from "./instance.mjs";
import { nextOf } from "./words.mjs";

/** @typedef {string} Version */
/** @typedef {import("./words.mjs").Next} Next */

/**
 * @typedef {object} More
 * @property {string} [build] if it is not of this build
 * @property {Record<string, unknown>} [options] of the handler, beside those of all instances
 * @property {Record<string, string>} [env]
 * @property {boolean} [dev] as in `next dev`
 */

/**
 * @typedef {object} Environment
 * @property {Next} next
 * @property {Instance} a
 * @property {Instance} b another process than `a`, but for the control
 * @property {string} distDir where the build of both lies
 * @property {(more?: More) => Promise<Instance>} start one more instance
 * @property {() => Promise<void>} stop
 */

/** Far above what a busy test machine needs: the checks are about answers, not about time. */
const BUDGETS = { readTimeoutMs: 20_000, coldTimeoutMs: 20_000, writeTimeoutMs: 20_000 };
const BUILD = "build-1";

/**
 * @param {string} version
 * @param {{ folder: string, endpoint?: string }} place without an endpoint, it is the control
 * @returns {Promise<Environment>}
 */
export async function startEnvironment(version, { folder, endpoint }) {
  const next = nextOf(version);
  /** @type {"dynamodb" | "next"} */
  const handler = endpoint ? "dynamodb" : "next";
  const options = { endpoint, tableName: `conformance-${version}`, region: "eu-central-1", credentials: EMULATOR_CREDENTIALS, ...BUDGETS };
  /** @type {Instance[]} */
  const instances = [];
  /** @type {Environment["start"]} */
  const start = async ({ build = BUILD, env, dev = false, options: more } = {}) => {
    const application = await applicationOf(join(folder, `${version}-${handler}-${build}`), version, build);
    const configuration = { folder: application.folder, handler, dev, options: { ...options, ...more } };
    const instance = new Instance(next, configuration, env);
    instances.push(instance);
    await instance.ready();
    return instance;
  };
  if (endpoint) {
    await createTable(options);
  }
  const a = await start();
  const b = endpoint ? await start() : a;
  const { distDir } = await applicationOf(join(folder, `${version}-${handler}-${BUILD}`), version, BUILD);
  const stop = async () => void (await Promise.all(instances.map((instance) => instance.stop())));
  return { next, a, b, distDir, start, stop };
}

/** @type {Map<string, ReturnType<typeof createApplication>>} */
const applications = new Map();

/**
 * @param {string} folder
 * @param {string} version
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
