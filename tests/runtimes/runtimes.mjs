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
 * @property {string} group what README.md calls it
 * @property {string} installed which of `VERSIONS` it is
 * @property {(place: Place) => Promise<string[]>} command
 * @property {string} [path] of its URL
 * @property {true} [oneAtATime] whether it is given no second request meanwhile
 */

const LAMBDA = /** @type {const} */ ({ path: "2015-03-31/functions/function/invocations", oneAtATime: true });

/** @type {Runtime} */
const LAMBDA_WITH_ITS_CLIENT = {
  ...LAMBDA,
  name: "AWS Lambda (its emulator and runtime client)",
  group: "AWS Lambda (its emulator)",
  installed: "aws-lambda-ric",
  command: async (place) => lambda(place, "function.handler"),
};

/**
 * The loop that a function may have instead of that client.
 *
 * @type {Runtime}
 */
const LAMBDA_WITH_A_LOOP = {
  ...LAMBDA,
  name: "AWS Lambda (its emulator, a runtime of our own)",
  group: "AWS Lambda (its emulator)",
  installed: "aws-sam-cli",
  command: async ({ modules }) => hosted("lambda-host.mjs", lambdaEmulator(modules), process.execPath, "lambda.mjs"),
};

const WORKERS = "Cloudflare Workers (workerd, miniflare, wrangler)";
const BUNDLES = "Bundles of esbuild, rollup, Vite and webpack";
const SLIM = "Any other, through `/slim`";
const CORE = "node_modules/nextjs-dynamodb-cache/pkg/core.wasm";

/** @type {Runtime[]} */
export const RUNTIMES = [
  ...["20", "22", "24", "26"].map((major) => node(major)),
  {
    name: "Deno",
    group: "Deno",
    installed: "deno",
    command: async ({ modules }) => [join(modules, ".bin/deno"), "run", "-A", "--node-modules-dir=manual", "server.mjs"],
  },
  {
    name: "Bun",
    group: "Bun",
    installed: "bun",
    command: async ({ modules }) => [join(modules, ".bin/bun"), "server.mjs"],
  },
  {
    name: "workerd",
    group: WORKERS,
    installed: "workerd",
    command: async (place) => {
      const args = ["serve", "--control-fd=1", await bundles.forWorkerd(place)];
      return [join(place.modules, ".bin/workerd"), ...args];
    },
  },
  {
    name: "miniflare, built by wrangler",
    group: WORKERS,
    installed: "miniflare",
    command: async (place) => hosted("miniflare-host.mjs", place.modules, await bundles.byWrangler(place)),
  },
  {
    name: "wrangler dev",
    group: WORKERS,
    installed: "wrangler",
    command: async ({ modules }) => {
      const options = ["--ip", "127.0.0.1", "--port", "0", "--inspector-port", "0", "--compatibility-date", "2026-01-01"];
      return hosted(join(modules, "wrangler/bin/wrangler.js"), "dev", "worker.mjs", ...options);
    },
  },
  {
    name: "edge-runtime (Vercel)",
    group: "Vercel's edge runtime",
    installed: "edge-runtime",
    command: async (place) => {
      return hosted("edge-host.mjs", place.modules, await bundles.forEdgeRuntime(place), CORE);
    },
  },
  LAMBDA_WITH_ITS_CLIENT,
  LAMBDA_WITH_A_LOOP,
  bundled("one CommonJS file by esbuild", "esbuild", bundles.byEsbuild("cjs")),
  bundled("one ES module by esbuild", "esbuild", bundles.byEsbuild("esm")),
  bundled("rollup", "rollup", bundles.byRollup),
  bundled("Vite (SSR)", "vite", bundles.byViteForSsr),
  bundled("webpack", "webpack", bundles.byWebpack),
  bundledForWeb("Vite (library)", "vite", bundles.byViteAsLibrary),
  bundledForWeb("Vite (application)", "vite", bundles.byViteAsApplication),
  bundledForWeb("webpack (webworker)", "webpack", bundles.byWebpackForWebworker),
  {
    name: "slim: any runtime, by esbuild without a condition",
    group: SLIM,
    installed: "esbuild",
    command: async (place) => hosted(await bundles.slimByEsbuild(place), CORE),
  },
  {
    name: "slim: miniflare, built by wrangler",
    group: SLIM,
    installed: "miniflare",
    command: async (place) => hosted("miniflare-host.mjs", place.modules, await bundles.byWrangler(place, "slim-worker.mjs")),
  },
  {
    name: "slim: edge-runtime (Vercel)",
    group: SLIM,
    installed: "edge-runtime",
    command: async (place) => hosted("edge-host.mjs", place.modules, await bundles.forEdgeRuntime(place, "slim-edge.mjs"), CORE),
  },
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
 * @param {Record<string, string>} [env]
 * @returns {Promise<Started>} once it listens
 */
export async function startProgram(name, [program = "", ...args], { folder }, path = "", env = {}) {
  const log = join(folder, "logs", `${name.replaceAll(/\W+/g, "-")}.log`);
  // A group: wrangler starts a workerd, which must end with it.
  const process = start(program, args, { cwd: folder, log, group: true, env: { WRANGLER_SEND_METRICS: "false", ...env } });
  let url = "";
  await ready(process, name, async () => {
    // What our programs print, what workerd does, and what wrangler does.
    const [, port] = /(?:port"?[ :]+|Ready on http:\/\/127\.0\.0\.1:)(\d+)/.exec(process.output()) ?? [];
    url = `http://127.0.0.1:${port}/${path}`;
    return port !== undefined;
  });
  return { url, process };
}

/**
 * What starts a function as Lambda's Node.js 22 does.
 *
 * @param {Place} place
 * @param {string} handler
 */
export function lambda({ modules }, handler) {
  const program = [join(modules, "node22/bin/node"), join(modules, "aws-lambda-ric/index.mjs"), handler];
  return hosted("lambda-host.mjs", lambdaEmulator(modules), ...program);
}

/** @param {string} major */
function node(major) {
  const command = async (/** @type {Place} */ { modules }) => [join(modules, `node${major}/bin/node`), "server.mjs"];
  return { name: `Node.js ${major}`, group: "Node.js 20, 22, 24 and 26", installed: `node${major}`, command };
}

/**
 * @param {string} name
 * @param {string} installed
 * @param {(place: Place) => Promise<string>} bundle
 * @returns {Runtime}
 */
function bundled(name, installed, bundle) {
  const command = async (/** @type {Place} */ place) => [process.execPath, await bundle(place)];
  return { name: `Node.js, ${name}`, group: BUNDLES, installed, command };
}

/**
 * What is made for runtimes with the web's interfaces alone.
 *
 * @param {string} name
 * @param {string} installed
 * @param {(place: Place) => Promise<string>} bundle
 * @returns {Runtime}
 */
function bundledForWeb(name, installed, bundle) {
  const command = async (/** @type {Place} */ place) => {
    return [join(place.modules, ".bin/deno"), "run", "-A", "module-host.mjs", await bundle(place)];
  };
  return { name, group: BUNDLES, installed, command };
}

/** @param {string[]} args */
function hosted(...args) {
  return [process.execPath, ...args];
}
