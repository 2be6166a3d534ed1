// Several servers of one build over one store, and the control: one server with Next's own handler.

import { cpSync, rmSync } from "node:fs";
import { join } from "node:path";
import { TABLE_ENVIRONMENT } from "../../scripts/demo/application.mjs";
import { freePort } from "../../scripts/demo/ports.mjs";
import { ready, start as startProcess, stop, stopAll } from "../../scripts/demo/processes.mjs";
import { startOrigin } from "../e2e/origin.mjs";
import { EMULATOR_CREDENTIALS, startEmulator } from "../emulators.mjs";
import { nextOf } from "./application.mjs";

/** The name of the table. */
export const TABLE = "nextjs-cache-versions";
/** Far above what a busy test machine needs: the checks are about answers, not about time. */
export const BUDGETS = { readTimeoutMs: 20_000, coldTimeoutMs: 20_000, writeTimeoutMs: 20_000 };
const START_MS = 60_000;
const STANDALONE = ["server.js"];

/** @typedef {import("./application.mjs").Application} Application */
/** @typedef {Awaited<ReturnType<typeof startServer>>} Server */

/**
 * @typedef {object} More
 * @property {string} [standalone] the folder of a standalone output, if it is one
 * @property {string[]} [command] what Node runs instead
 * @property {Record<string, string>} [env] what differs in its environment
 */

/**
 * What differs in the environment of one instance.
 *
 * @callback EnvironmentOf
 * @param {string} name of the instance
 * @param {string} endpoint of the store
 * @returns {Promise<Record<string, string>>}
 */

/**
 * @typedef {object} Cluster
 * @property {Server} a
 * @property {Server} b another process than `a`, but for the control
 * @property {Awaited<ReturnType<typeof startOrigin>>} origin
 * @property {string} endpoint of the store
 * @property {(name: string, more?: More) => Promise<Server>} start one more
 * @property {() => Promise<void>} end
 */

/**
 * Two instances, A and B, over a table of their own.
 *
 * @param {Application} application
 * @param {EnvironmentOf} [environmentOf]
 * @returns {Promise<Cluster>}
 */
export async function startCluster({ folder, logs }, environmentOf) {
  return startOverStore({ folder, logs, command: [nextOf(folder), "start", "--port", "PORT"], environmentOf });
}

/**
 * The same with a standalone output, wherever it was copied to.
 *
 * @param {string} folder of its server.js
 * @param {string} logs
 * @returns {Promise<Cluster>}
 */
export async function startStandalones(folder, logs) {
  return startOverStore({ folder, logs, command: STANDALONE });
}

/**
 * One instance of the same build with Next's own handler, which writes into its copy of the build's output.
 *
 * @param {Application} application
 * @returns {Promise<Cluster>}
 */
export async function startControl(application) {
  const copy = join(application.folder, ".next-control");
  rmSync(copy, { recursive: true, force: true });
  const isSource = (/** @type {string} */ path) => !/[\\/]\.next[\\/](cache|standalone)$/.test(path);
  cpSync(join(application.folder, ".next"), copy, { recursive: true, filter: isSource });
  const command = [nextOf(application.folder), "start", "--port", "PORT"];
  return startServers({ ...application, command, env: { CONTROL: "1", DIST_DIR: ".next-control" }, names: ["A"] });
}

/**
 * A server, until it answers.
 *
 * @param {string} folder
 * @param {string[]} command what Node is to run
 * @param {{ name: string, log: string, env: Record<string, string> }} options
 */
export async function startServer(folder, command, { name, log, env }) {
  const port = await freePort();
  const process = startProcess("node", command.map((arg) => arg.replace("PORT", String(port))), {
    cwd: folder,
    env: { NEXT_TELEMETRY_DISABLED: "1", PORT: String(port), HOSTNAME: "127.0.0.1", INSTANCE: name, ...env },
    log,
  });
  const url = `http://127.0.0.1:${port}`;
  await ready(process, `instance ${name}`, async () => (await fetch(`${url}/api/events`)).ok, START_MS);
  return { ...process, name, url };
}

/** @param {string} endpoint */
async function createTable(endpoint) {
  // Loaded late: the control runs on a checkout that is not built.
  const { createCacheTable } = await import("../../js/create-table.mjs");
  await createCacheTable({
    endpoint,
    tableName: TABLE,
    region: TABLE_ENVIRONMENT.NEXT_CACHE_AWS_REGION,
    credentials: EMULATOR_CREDENTIALS,
    log: false,
  });
}

/** @param {{ folder: string, logs: string, command: string[], environmentOf?: EnvironmentOf }} what */
async function startOverStore(what) {
  const store = await startEmulator("dynalite");
  await createTable(store.endpoint);
  const env = {
    ...TABLE_ENVIRONMENT,
    AWS_ENDPOINT_URL_DYNAMODB: store.endpoint,
    NEXT_CACHE_DYNAMODB_TABLE: TABLE,
    E2E_TIMEOUTS: JSON.stringify(BUDGETS),
  };
  return startServers({ ...what, env, names: ["A", "B"], store });
}

/**
 * @typedef {object} Servers
 * @property {string} folder
 * @property {string} logs
 * @property {string[]} command
 * @property {Record<string, string>} env
 * @property {string[]} names
 * @property {import("../emulators.mjs").Emulator} [store]
 * @property {EnvironmentOf} [environmentOf]
 */

/**
 * @param {Servers} servers
 * @returns {Promise<Cluster>}
 */
async function startServers({ folder, logs, command, env: common, names, store, environmentOf = async () => ({}) }) {
  const origin = await startOrigin();
  const env = { ...common, ORIGIN: origin.url };
  /** @type {Server[]} */
  const servers = [];
  /** @type {Cluster["start"]} */
  const start = async (name, { standalone, command: args = standalone ? STANDALONE : command, env: more } = {}) => {
    const log = join(logs, `${store ? "instance" : "control"}-${name}.log`);
    const own = await environmentOf(name, store?.endpoint ?? "");
    const server = await startServer(standalone ?? folder, args, { name, env: { ...env, ...own, ...more }, log });
    servers.push(server);
    return server;
  };
  const end = async () => {
    await Promise.all(servers.map((server) => stop(server)));
    await store?.stop();
    await origin.stop();
  };
  try {
    const [a, b = a] = await Promise.all(names.map((name) => start(name)));
    const [first, second] = /** @type {[Server, Server]} */ ([a, b]);
    return { a: first, b: second, origin, endpoint: store?.endpoint ?? "", start, end };
  } catch (error) {
    // Also the one that did not answer.
    await stopAll();
    await end();
    throw error;
  }
}
