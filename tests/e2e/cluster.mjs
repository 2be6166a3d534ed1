// The application under test: built once with the real Next, run as several processes over one store.

import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { build, createTable, install, pack, startInstance } from "../../scripts/demo/application.mjs";
import { startDynalite } from "../../scripts/demo/dynalite.mjs";
import { freePort } from "../../scripts/demo/ports.mjs";
import { stop, stopAll } from "../../scripts/demo/processes.mjs";
import { startDynamoDBLocal } from "./dynamodb-local.mjs";
import { startOrigin } from "./origin.mjs";

const ROOT = join(import.meta.dirname, "../..");
const FOLDER = join(ROOT, ".cache/e2e");
const LOGS = join(FOLDER, "logs");

/** @typedef {import("../../scripts/demo/application.mjs").RunningInstance} Instance */

/**
 * Two instances, A and B, of one build.
 *
 * @param {{ storeFolder?: string }} [options] where dynalite keeps its data, so that they outlive it
 */
export async function startCluster(options) {
  try {
    return await start(options);
  } catch (error) {
    // What has been started would keep the test's process alive.
    await stopAll();
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

/** @param {{ storeFolder?: string }} [options] */
async function start({ storeFolder } = {}) {
  await prepare();
  const store = await startStore(storeFolder);
  await createTable(FOLDER, store.endpoint);
  const origin = await startOrigin();
  /**
   * @param {string} name
   * @param {string} [buildName]
   */
  const startOne = async (name, buildName) => {
    const env = { ORIGIN: origin.url, INSTANCES: "[]", ...(buildName && { E2E_BUILD: buildName }) };
    return startInstance(FOLDER, { name, port: await freePort(), endpoint: store.endpoint, env });
  };
  const [a, b] = await Promise.all([startOne("A"), startOne("B")]);
  return {
    a,
    b,
    store,
    origin,
    start: startOne,
    stop: (/** @type {Instance} */ instance) => stop(instance),
    async end() {
      await stopAll();
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

/** @param {string | undefined} folder */
function startStore(folder) {
  const store = (!folder && process.env.E2E_STORE) || "dynalite";
  const log = join(LOGS, `${store}.log`);
  switch (store) {
    case "dynalite":
      return startDynalite({ log, folder });
    case "dynamodb-local":
      return startDynamoDBLocal({ log });
    default:
      throw new Error(`E2E_STORE is ${store}: it may be dynalite or dynamodb-local`);
  }
}
