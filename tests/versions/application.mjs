// Applications that are built and started for real, each with one version of Next and this package from its tarball.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import {
  copyFileSync,
  cpSync,
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { pack } from "../../scripts/demo/application.mjs";
import { run } from "../../scripts/demo/processes.mjs";

const ROOT = join(import.meta.dirname, "../..");
const FOLDER = join(ROOT, ".cache/versions");
const PACKAGE = "nextjs-dynamodb-cache";
/** What is in an application's folder besides its own files. */
const KEPT = /^(node_modules|\.next.*|\.made.*|logs)$/;

/** What a build adds. */
const MADE_BY_NEXT = new Set(["next-env.d.ts", "tsconfig.json"]);

/**
 * @typedef {object} Application
 * @property {string} folder
 * @property {string} logs
 */

/**
 * An application from sources that are laid over each other. What is there and unchanged stays.
 *
 * @param {string} version of Next
 * @param {string} name
 * @param {string[]} sources paths from the root of the checkout; `from -> to` for a part of the application
 * @returns {Promise<Application>}
 */
export async function createApplication(version, name, sources) {
  const folder = join(FOLDER, `${name}-${version}`);
  const logs = join(folder, "logs");
  mkdirSync(logs, { recursive: true });
  for (const entry of readdirSync(folder).filter((entry) => !KEPT.test(entry))) {
    rmSync(join(folder, entry), { recursive: true });
  }
  for (const source of sources) {
    const [from = "", to = ""] = source.split(" -> ");
    cpSync(join(ROOT, from), join(folder, to), { recursive: true, filter: isSource });
  }
  const modules = join(folder, "node_modules");
  if (!existsSync(join(modules, "next/package.json"))) {
    rmSync(modules, { recursive: true, force: true });
    linkAll(await installed(version), modules);
  }
  await unpack(await packed(), join(modules, PACKAGE));
  return { folder, logs };
}

/**
 * `next build`, unless the last one was of the same files. There are no credentials, as in many places where applications
 * are built, and a store that never answers would be waited for: a build must not even connect to it.
 *
 * @param {Application} application
 * @param {string[]} [args]
 * @returns {Promise<string>} what it printed
 */
export async function build({ folder, logs }, args = []) {
  const stamp = join(folder, ".made-build");
  const wanted = `${args} ${digest(folder)}`;
  const log = join(logs, "build.log");
  if (!existsSync(stamp) || readFileSync(stamp, "utf8") !== wanted) {
    rmSync(stamp, { force: true });
    rmSync(join(folder, ".next"), { recursive: true, force: true });
    const store = await startSilentStore();
    const env = { ...WITHOUT_AWS, AWS_ENDPOINT_URL_DYNAMODB: store.url };
    await run("node", [nextOf(folder), "build", ...args], { cwd: folder, env, log }).finally(store.stop);
    assert.equal(store.connections(), 0, "next build has connected to the store");
    writeFileSync(stamp, wanted);
  }
  return readFileSync(log, "utf8");
}

/** A store that takes connections and never answers. */
async function startSilentStore() {
  let connections = 0;
  const server = createServer((socket) => {
    connections++;
    socket.on("error", () => {});
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  const stop = () => new Promise((resolve) => server.close(resolve));
  return { url: `http://127.0.0.1:${port}`, connections: () => connections, stop };
}

/**
 * The standalone output, copied elsewhere as for a container, with the assets that Next leaves to the user.
 *
 * @param {Application} application
 * @param {string} name
 * @returns {Promise<string>} the folder of its server.js
 */
export async function copyStandalone({ folder }, name) {
  const target = join(FOLDER, "standalone", `${folder.slice(FOLDER.length + 1)}-${name}`);
  rmSync(target, { recursive: true, force: true });
  cpSync(join(folder, ".next/standalone"), target, { recursive: true, verbatimSymlinks: true });
  cpSync(join(folder, ".next/static"), join(target, ".next/static"), { recursive: true });
  if (existsSync(join(folder, "public"))) {
    cpSync(join(folder, "public"), join(target, "public"), { recursive: true });
  }
  return target;
}

/** @param {string} folder */
export function nextOf(folder) {
  return join(folder, "node_modules/next/dist/bin/next");
}

/** No credentials, and none to be found: this is not a machine of AWS. */
export const WITHOUT_AWS = {
  NEXT_TELEMETRY_DISABLED: "1",
  AWS_ACCESS_KEY_ID: "",
  AWS_SECRET_ACCESS_KEY: "",
  AWS_SESSION_TOKEN: "",
  AWS_PROFILE: "",
};

/** @type {Promise<string> | undefined} */
let tarball;

/** This package's tarball, made once by this process. */
export function packed() {
  return (tarball ??= pack(join(ROOT, `.cache/pack-${process.pid}`)));
}

process.on("exit", () => rmSync(join(ROOT, `.cache/pack-${process.pid}`), { recursive: true, force: true }));

/**
 * The `node_modules` of a version of Next, with its compilers; installed once per user.
 *
 * @param {string} version
 * @returns {Promise<string>}
 */
export async function installed(version) {
  const react = version.startsWith("14.") ? "18.3.1" : "19.2.3";
  const cached = join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), PACKAGE);
  const place = join(cached, `application-${version}`);
  if (!existsSync(join(place, "node_modules/next/package.json"))) {
    mkdirSync(cached, { recursive: true });
    // Installed beside its place and then moved there, so that what is there is whole.
    const scratch = await mkdtemp(`${place}-`);
    await writeFile(join(scratch, "package.json"), '{ "private": true }\n');
    const packages = [`next@${version}`, `react@${react}`, `react-dom@${react}`];
    const args = ["install", "--no-audit", "--no-fund", "--save-exact", ...packages];
    await run("npm", args, { cwd: scratch, log: join(scratch, "install.log") });
    await rm(place, { recursive: true, force: true });
    await rename(scratch, place);
  }
  return join(place, "node_modules");
}

/**
 * Real files without their weight: bundlers and tracers treat linked folders otherwise.
 *
 * @param {string} from
 * @param {string} to
 */
function linkAll(from, to) {
  mkdirSync(to, { recursive: true });
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) {
      linkAll(source, target);
    } else if (entry.isFile()) {
      linkOrCopy(source, target);
    }
  }
}

/**
 * @param {string} source
 * @param {string} target
 */
function linkOrCopy(source, target) {
  try {
    linkSync(source, target);
  } catch {
    // Another file system.
    copyFileSync(source, target);
  }
}

/**
 * What `npm install` makes of a tarball that has no dependencies.
 *
 * @param {string} file
 * @param {string} target
 */
export async function unpack(file, target) {
  const stamp = `${target}/../../.made-package`;
  const wanted = createHash("sha256").update(readFileSync(file)).digest("hex");
  if (existsSync(target) && existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) {
    return;
  }
  rmSync(target, { recursive: true, force: true });
  mkdirSync(target, { recursive: true });
  const log = join(dirname(stamp), "logs/unpack.log");
  await run("tar", ["-xzf", file, "--strip-components=1", "-C", target], { log });
  writeFileSync(stamp, wanted);
}

/** Whether it is no trace of somebody's own try. @param {string} path */
function isSource(path) {
  return !/[\\/](node_modules|\.next|\.wrangler)$/.test(path);
}

/**
 * @param {string} folder
 * @returns {string} of the application's own files and the package
 */
function digest(folder) {
  const hash = createHash("sha256").update(readFileSync(join(folder, ".made-package")));
  const own = readdirSync(folder).filter((entry) => !KEPT.test(entry) && !MADE_BY_NEXT.has(entry));
  for (const path of own.flatMap((entry) => filesIn(folder, entry)).sort()) {
    hash.update(`${path}\n`).update(readFileSync(join(folder, path)));
  }
  return hash.digest("hex");
}

/**
 * @param {string} folder
 * @param {string} path in the folder: a file, or a folder whose files are meant
 * @returns {string[]}
 */
function filesIn(folder, path) {
  if (!statSync(join(folder, path)).isDirectory()) {
    return [path];
  }
  return readdirSync(join(folder, path)).flatMap((entry) => filesIn(folder, join(path, entry)));
}
