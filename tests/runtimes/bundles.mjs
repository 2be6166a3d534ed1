// What bundlers make of a program with this package, as their users call them; each bundle lies where there are no
// node_modules.

import { copyFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { run } from "../../scripts/demo/processes.mjs";

/** @typedef {{ modules: string, folder: string }} Place */

const CORE = "node_modules/nextjs-dynamodb-cache/pkg/core.wasm";

/**
 * One file for Node.js or AWS Lambda.
 *
 * @param {"cjs" | "esm"} format
 * @returns {(place: Place) => Promise<string>} the file
 */
export function byEsbuild(format) {
  return async ({ modules, folder }) => {
    const outfile = join(folder, `out/esbuild-${format}/server.${format === "cjs" ? "cjs" : "mjs"}`);
    const options = { platform: "node", format, outfile, logOverride: { "empty-import-meta": "silent" } };
    await esbuild(modules, folder, "server.mjs", options);
    return outfile;
  };
}

/** @param {Place} place */
export async function byRollup({ modules, folder }) {
  const { rollup } = await load(modules, "rollup");
  const { nodeResolve } = await load(modules, "@rollup/plugin-node-resolve");
  const plugins = [nodeResolve({ exportConditions: ["node"], preferBuiltins: true })];
  const bundle = await rollup({ input: join(folder, "server.mjs"), external: /^node:/, plugins });
  const file = join(folder, "out/rollup/server.mjs");
  await bundle.write({ file, format: "es" });
  await bundle.close();
  return file;
}

/** @param {Place} place */
export async function byVite({ modules, folder }) {
  const { build } = await load(modules, "vite", "dist/node/index.js");
  await build({
    root: folder,
    configFile: false,
    logLevel: "error",
    ssr: { noExternal: true },
    build: { ssr: "server.mjs", outDir: "out/vite" },
  });
  return join(folder, "out/vite/server.js");
}

/** @param {Place} place */
export async function byWebpack({ modules, folder }) {
  const { default: webpack } = await load(modules, "webpack");
  const output = { path: join(folder, "out/webpack"), filename: "server.cjs" };
  const options = { mode: "production", target: "node20", context: folder, entry: "./server.mjs", output };
  await new Promise((resolve, reject) => {
    webpack(options, (/** @type {any} */ error, /** @type {any} */ stats) => {
      const failed = error ?? (stats.hasErrors() && new Error(stats.toString({ all: false, errors: true })));
      failed ? reject(failed) : resolve(undefined);
    });
  });
  return join(output.path, output.filename);
}

/**
 * A folder for miniflare.
 *
 * @param {Place} place
 * @param {string} [entry]
 */
export async function byWrangler({ modules, folder }, entry = "worker.mjs") {
  const outdir = join(folder, "out/wrangler", entry);
  const program = join(modules, "wrangler/bin/wrangler.js");
  const args = ["deploy", entry, "--dry-run", "--outdir", outdir, "--name", "cache"];
  await run(process.execPath, [program, ...args, "--compatibility-date", "2026-01-01"], {
    cwd: folder,
    env: { WRANGLER_SEND_METRICS: "false" },
    log: join(folder, "logs/wrangler-build.log"),
  });
  return outdir;
}

/**
 * A configuration for workerd.
 *
 * @param {Place} place
 */
export async function forWorkerd({ modules, folder }) {
  const outdir = join(folder, "out/workerd");
  const wasm = {
    name: "wasm",
    setup: (/** @type {any} */ build) =>
      build.onResolve({ filter: /\.wasm$/ }, () => ({ path: "./core.wasm", external: true })),
  };
  const options = { format: "esm", conditions: ["workerd"], plugins: [wasm], outfile: join(outdir, "worker.js") };
  await esbuild(modules, folder, "worker.mjs", options);
  copyFileSync(join(folder, CORE), join(outdir, "core.wasm"));
  copyFileSync(join(folder, "worker.capnp"), join(outdir, "worker.capnp"));
  return join(outdir, "worker.capnp");
}

/**
 * A script for Vercel's edge runtime, which is given the compiled module under the name CORE.
 *
 * @param {Place} place
 */
export async function forEdgeRuntime({ modules, folder }) {
  const outfile = join(folder, "out/edge/edge.js");
  const wasm = {
    name: "wasm",
    setup(/** @type {any} */ build) {
      build.onResolve({ filter: /\.wasm\?module$/ }, () => ({ path: "core", namespace: "wasm" }));
      build.onLoad({ filter: /./, namespace: "wasm" }, () => ({ contents: "export default CORE;" }));
    },
  };
  await esbuild(modules, folder, "edge.mjs", { format: "iife", conditions: ["edge-light"], plugins: [wasm], outfile });
  return outfile;
}

/**
 * @param {string} modules
 * @param {string} folder
 * @param {string} entry
 * @param {object} options
 */
async function esbuild(modules, folder, entry, options) {
  const { build } = createRequire(`${modules}/`)("esbuild");
  await build({ entryPoints: [join(folder, entry)], bundle: true, logLevel: "warning", ...options });
}

/**
 * @param {string} modules
 * @param {string} name
 * @param {string} [file] of the package, where it cannot be required
 */
async function load(modules, name, file) {
  const path = file ? join(modules, name, file) : createRequire(`${modules}/`).resolve(name);
  return import(pathToFileURL(path).href);
}
