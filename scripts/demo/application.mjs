// A Next application in a folder of its own, with this package installed in it as a user would: from its tarball.

import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { ready, run, start } from "./processes.mjs";

const ROOT = join(import.meta.dirname, "../..");
const NEXT = "node_modules/next/dist/bin/next";
/** What is in the folder besides the application's own files. */
const KEPT = /^(node_modules|\.next.*|\.made.*|logs)$/;

/** Where `next build` and `next start` find the table, and keys that an emulator accepts. */
export const TABLE_ENVIRONMENT = {
  NEXT_TELEMETRY_DISABLED: "1",
  NEXT_CACHE_AWS_REGION: "eu-central-1",
  NEXT_CACHE_DYNAMODB_TABLE: "nextjs-cache-demo",
  AWS_ACCESS_KEY_ID: "demo",
  AWS_SECRET_ACCESS_KEY: "demo",
  AWS_SESSION_TOKEN: "",
};

/**
 * Packs this package, as `npm publish` would.
 *
 * @param {string} folder
 * @returns {Promise<string>} the tarball
 */
export async function pack(folder) {
  mkdirSync(folder, { recursive: true });
  const args = ["pack", "--ignore-scripts", "--pack-destination", folder];
  await run("npm", args, { cwd: ROOT, log: join(folder, "pack.log") });
  const { name, version } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
  return join(folder, `${name}-${version}.tgz`);
}

/**
 * The application's files, its dependencies and the package, in `folder`. What is there and unchanged stays.
 *
 * @param {{ folder: string, sources: string[], tarball: string }} options the sources are laid over each other
 */
export async function install({ folder, sources, tarball }) {
  mkdirSync(join(folder, "logs"), { recursive: true });
  for (const entry of readdirSync(folder).filter((name) => !KEPT.test(name))) {
    rmSync(join(folder, entry), { recursive: true });
  }
  const filter = (/** @type {string} */ path) => !/[\\/](node_modules|\.next)$/.test(path);
  for (const source of sources) {
    cpSync(source, folder, { recursive: true, filter });
  }
  const npm = (/** @type {string[]} */ ...args) =>
    run("npm", [...args, "--no-audit", "--no-fund"], { cwd: folder, log: join(folder, `logs/npm-${args[0]}.log`) });
  const dependencies = digest([join(folder, "package-lock.json")]);
  await once(folder, "dependencies", dependencies, () => npm("ci"));
  await once(folder, "package", `${dependencies} ${digest([tarball])}`, async () => {
    // npm takes another tarball of the same version for the one that is there.
    rmSync(join(folder, "node_modules/nextjs-dynamodb-cache"), { recursive: true, force: true });
    await npm("install", "--no-save", tarball);
  });
}

/**
 * `next build`, unless the last one was of the same files.
 *
 * @param {string} folder
 * @param {Record<string, string>} [env]
 * @param {string} [name] of the build, where a folder holds several
 */
export async function build(folder, env = {}, name = "build") {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((path) => !KEPT.test(path.split(/[\\/]/)[0]) && path !== "next-env.d.ts")
    .sort()
    .map((path) => join(folder, path));
  const wanted = digest([join(folder, ".made-package"), ...files]) + JSON.stringify(env);
  await once(folder, name, wanted, () =>
    run("node", [NEXT, "build"], { cwd: folder, env: { ...TABLE_ENVIRONMENT, ...env }, log: join(folder, `logs/${name}.log`) }),
  );
}

/**
 * The cache's table, by the package's own command.
 *
 * @param {string} folder
 * @param {string} endpoint
 * @param {string} [table]
 */
export function createTable(folder, endpoint, table = TABLE_ENVIRONMENT.NEXT_CACHE_DYNAMODB_TABLE) {
  const region = TABLE_ENVIRONMENT.NEXT_CACHE_AWS_REGION;
  const args = ["--no-install", "nextjs-dynamodb-cache-create-table", "--table", table, "--region", region, "--endpoint", endpoint];
  return run("npx", args, { cwd: folder, env: TABLE_ENVIRONMENT, log: join(folder, "logs/create-table.log") });
}

/**
 * `next start`, until it answers.
 *
 * @param {string} folder
 * @param {{ name: string, port: number, endpoint: string, env?: Record<string, string> }} options
 */
export async function startInstance(folder, { name, port, endpoint, env }) {
  const process = start("node", [NEXT, "start", "--port", String(port)], {
    cwd: folder,
    env: { ...TABLE_ENVIRONMENT, AWS_ENDPOINT_URL_DYNAMODB: endpoint, INSTANCE: name, ...env },
    log: join(folder, `logs/instance-${name}.log`),
  });
  const url = `http://localhost:${port}`;
  await ready(process, `instance ${name}`, async () => (await fetch(`${url}/api/events`)).ok);
  return { ...process, name, port, url };
}

/** @typedef {Awaited<ReturnType<typeof startInstance>>} RunningInstance */

/**
 * Runs a step unless it has succeeded on the same input.
 *
 * @param {string} folder
 * @param {string} name
 * @param {string} wanted
 * @param {() => Promise<unknown>} step
 */
async function once(folder, name, wanted, step) {
  const stamp = join(folder, `.made-${name}`);
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) {
    return;
  }
  rmSync(stamp, { force: true });
  await step();
  writeFileSync(stamp, wanted);
}

/** @param {string[]} paths of files, and of folders, which count by their name */
function digest(paths) {
  const hash = createHash("sha256");
  for (const path of paths) {
    hash.update(`${relative(ROOT, path)}\n`);
    hash.update(contents(path));
  }
  return hash.digest("hex");
}

/** @param {string} path */
function contents(path) {
  try {
    return readFileSync(path);
  } catch {
    return "";
  }
}
