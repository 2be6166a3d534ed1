// The examples as their users have them, but for what was installed before: each is started by its own npm scripts.

import { cpSync, existsSync, mkdirSync, rmSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { freePort } from "../../scripts/demo/ports.mjs";
import { ready, start, stop } from "../../scripts/demo/processes.mjs";
import { installRuntimes } from "../runtimes/installation.mjs";
import { WITHOUT_AWS, createApplication, nextOf, packed, unpack } from "../versions/application.mjs";

const ROOT = join(import.meta.dirname, "../..");
/** `next build` included, on a machine that does other things too. */
const START_MS = 180_000;

/** @typedef {{ folder: string, logs: string }} Example */

/**
 * @param {string} name of its folder in examples/
 * @param {string} version of Next
 * @returns {Promise<Example>}
 */
export async function nextExample(name, version) {
  const example = await createApplication(version, `example-${name}`, [`examples/${name}`]);
  const modules = join(example.folder, "node_modules");
  link(join(ROOT, "node_modules/dynalite"), join(modules, "dynalite"));
  link(nextOf(example.folder), join(modules, ".bin/next"));
  return example;
}

/** @returns {Promise<Example>} the one that runs in Cloudflare's workerd */
export async function workerExample() {
  const folder = join(ROOT, ".cache/examples/worker-webhook");
  rmSync(folder, { recursive: true, force: true });
  cpSync(join(ROOT, "examples/worker-webhook"), folder, {
    recursive: true,
    filter: (path) => !/[\\/](node_modules|\.wrangler)$/.test(path),
  });
  const [modules, logs] = [join(folder, "node_modules"), join(folder, "logs")];
  mkdirSync(logs);
  const runtimes = await installRuntimes();
  link(join(runtimes, "wrangler"), join(modules, "wrangler"));
  link(join(runtimes, ".bin/wrangler"), join(modules, ".bin/wrangler"));
  link(join(ROOT, "node_modules/dynalite"), join(modules, "dynalite"));
  await unpack(await packed(), join(modules, "nextjs-dynamodb-cache"));
  return { folder, logs };
}

/**
 * `npm run SCRIPT`, until it answers.
 *
 * @param {Example} example
 * @param {string} script
 * @param {{ dynamodb: number, path?: string, env?: Record<string, string> }} options the port of its DynamoDB
 */
export async function npmRun({ folder, logs }, script, { dynamodb, path = "/", env }) {
  const port = await freePort();
  const process = start("npm", ["run", script], {
    cwd: folder,
    env: {
      ...WITHOUT_AWS,
      AWS_EC2_METADATA_DISABLED: "true",
      WRANGLER_SEND_METRICS: "false",
      PORT: String(port),
      DYNAMODB_PORT: String(dynamodb),
      ...env,
    },
    log: join(logs, `${script}-${port}.log`),
    group: true,
  });
  const url = `http://localhost:${port}`;
  await ready(process, `npm run ${script}`, async () => (await fetch(url + path)).status > 0, START_MS).catch(async (error) => {
    await stop(process);
    throw error;
  });
  return { ...process, url, stop: () => stop(process) };
}

/**
 * The times that a page shows.
 *
 * @param {{ url: string }} server
 * @param {string} path
 */
export async function times({ url }, path) {
  const response = await fetch(url + path);
  const html = await response.text();
  return { status: response.status, html, times: [...html.matchAll(/<time>(.*?)<\/time>/g)].map(([, time]) => time) };
}

/**
 * @param {string} target
 * @param {string} path
 */
function link(target, path) {
  mkdirSync(dirname(path), { recursive: true });
  if (!existsSync(path)) {
    rmSync(path, { force: true });
    symlinkSync(target, path);
  }
}
