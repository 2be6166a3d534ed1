// The application under test: built once with the real Next, run as several processes over one store.

import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { build, createTable, install, pack, startInstance } from "../../scripts/demo/application.mjs";
import { freePort } from "../../scripts/demo/ports.mjs";
import { stop, stopAll } from "../../scripts/demo/processes.mjs";
import { startOrigin } from "./origin.mjs";

const ROOT = join(import.meta.dirname, "../..");
const FOLDER = join(ROOT, ".cache/e2e");
const LOGS = join(FOLDER, "logs");

/** What the table is in. */
export const EMULATORS = /** @type {const} */ (["dynalite", "dynamodb-local"]);

/** For a machine that is busy with all of this: what is late with the default budgets is a miss, as it should be. */
export const PATIENT = { readTimeoutMs: 5_000, coldTimeoutMs: 5_000, writeTimeoutMs: 10_000 };

/** @typedef {import("../../scripts/demo/application.mjs").RunningInstance} Instance */
/** @typedef {{ endpoint: string, stop: () => Promise<void> }} Store */

/**
 * Two instances, A and B, of one build.
 *
 * @param {Store} store
 * @param {import("../../types/index.d.ts").DynamoDBCacheOptions} [timeouts]
 */
export async function startCluster(store, timeouts = PATIENT) {
  try {
    return await start(store, timeouts);
  } catch (error) {
    // What has been started would keep the test's process alive.
    await stopAll();
    await store.stop();
    throw error;
  }
}

/**
 * Another build of the same application.
 *
 * @param {string} name its folder's and its id
 */
export function buildAgain(name) {
  return build(FOLDER, { E2E_BUILD: name }, `build-${name}`);
}

/**
 * @param {Store} store
 * @param {import("../../types/index.d.ts").DynamoDBCacheOptions} timeouts
 */
async function start(store, timeouts) {
  await prepare();
  await createTable(FOLDER, store.endpoint);
  const origin = await startOrigin();
  /**
   * @param {string} name
   * @param {string} [buildName]
   */
  const startOne = async (name, buildName) => {
    const env = {
      ORIGIN: origin.url,
      E2E_TIMEOUTS: JSON.stringify(timeouts),
      ...(buildName && { E2E_BUILD: buildName }),
    };
    return startInstance(FOLDER, { name, port: await freePort(), endpoint: store.endpoint, env });
  };
  const [a, b] = await Promise.all([startOne("A"), startOne("B")]);
  return {
    a,
    b,
    origin,
    start: startOne,
    stop: (/** @type {Instance} */ instance) => stop(instance),
    async end() {
      await stopAll();
      await store.stop();
      await origin.stop();
    },
  };
}

async function prepare() {
  if (!existsSync(join(ROOT, "pkg/core.wasm"))) {
    throw new Error("The package is not built: npm run build");
  }
  mkdirSync(LOGS, { recursive: true });
  const tarball = await pack(join(ROOT, ".cache/pack"));
  await install({ folder: FOLDER, sources: [join(ROOT, "demo"), join(import.meta.dirname, "app")], tarball });
  await build(FOLDER);
}
