// Each runtime, and how a program is started on it.

import { join } from "node:path";
import { ready, start } from "../../scripts/demo/processes.mjs";
import * as bundles from "./bundles.mjs";
import { lambdaEmulator } from "./installation.mjs";

/** @typedef {import("./bundles.mjs").Place} Place */
/** @typedef {{ url: string, process: import("../../scripts/demo/processes.mjs").Running }} Started */

/**
 * @typedef {object} Runtime
 * @property {string} name
 * @property {string} installed which of `VERSIONS` it is
 * @property {(place: Place) => Promise<string[]>} command
 * @property {string} [path] of its URL
 * @property {true} [oneAtATime] whether it is given no second request meanwhile
 */

/**
 * The runtime itself is ours: the service's own client is compiled when it is installed, and does what
 * app/lambda.mjs does.
 *
 * @type {Runtime}
 */
const LAMBDA = {
  name: "AWS Lambda (its emulator)",
  installed: "aws-sam-cli",
  command: async ({ modules }) => hosted("lambda-host.mjs", lambdaEmulator(modules), process.execPath, "lambda.mjs"),
  path: "2015-03-31/functions/function/invocations",
  oneAtATime: true,
};

/** @type {Runtime[]} */
export const RUNTIMES = [
  ...["20", "22", "24", "26"].map((major) => node(major)),
  {
    name: "Deno",
    installed: "deno",
    command: async ({ modules }) => [join(modules, ".bin/deno"), "run", "-A", "--node-modules-dir=manual", "server.mjs"],
  },
  { name: "Bun", installed: "bun", command: async ({ modules }) => [join(modules, ".bin/bun"), "server.mjs"] },
  {
    name: "workerd",
    installed: "workerd",
    command: async (place) => {
      const args = ["serve", "--control-fd=1", await bundles.forWorkerd(place)];
      return [join(place.modules, ".bin/workerd"), ...args];
    },
  },
  {
    name: "miniflare, built by wrangler",
    installed: "miniflare",
    command: async (place) => hosted("miniflare-host.mjs", place.modules, await bundles.byWrangler(place)),
  },
  {
    name: "edge-runtime (Vercel)",
    installed: "edge-runtime",
    command: async (place) => {
      const wasm = "node_modules/nextjs-dynamodb-cache/pkg/core.wasm";
      return hosted("edge-host.mjs", place.modules, await bundles.forEdgeRuntime(place), wasm);
    },
  },
  LAMBDA,
  bundled("one CommonJS file by esbuild", "esbuild", bundles.byEsbuild("cjs")),
  bundled("one ES module by esbuild", "esbuild", bundles.byEsbuild("esm")),
  bundled("rollup", "rollup", bundles.byRollup),
  bundled("Vite (SSR)", "vite", bundles.byVite),
  bundled("webpack", "webpack", bundles.byWebpack),
];

/**
 * @param {Runtime} runtime
 * @param {Place} place
 */
export async function startRuntime(runtime, place) {
  return startProgram(runtime.name, await runtime.command(place), place, runtime.path);
}

/**
 * @param {string} name
 * @param {string[]} command
 * @param {Place} place
 * @param {string} [path]
 * @returns {Promise<Started>} once it listens
 */
export async function startProgram(name, [program = "", ...args], { folder }, path = "") {
  const log = join(folder, "logs", `${name.replaceAll(/\W+/g, "-")}.log`);
  const process = start(program, args, { cwd: folder, log });
  let url = "";
  await ready(process, name, async () => {
    // What our programs print, and what workerd does.
    const [, port] = /port"?[ :]+(\d+)/.exec(process.output()) ?? [];
    url = `http://127.0.0.1:${port}/${path}`;
    return port !== undefined;
  });
  return { url, process };
}

/** @param {string} major */
function node(major) {
  const command = async (/** @type {Place} */ { modules }) => [join(modules, `node${major}/bin/node`), "server.mjs"];
  return { name: `Node.js ${major}`, installed: `node${major}`, command };
}

/**
 * @param {string} name
 * @param {string} installed
 * @param {(place: Place) => Promise<string>} bundle
 * @returns {Runtime}
 */
function bundled(name, installed, bundle) {
  return { name: `Node.js, ${name}`, installed, command: async (place) => [process.execPath, await bundle(place)] };
}

/** @param {string[]} args */
function hosted(...args) {
  return [process.execPath, ...args];
}
