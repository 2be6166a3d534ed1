// What bundlers make of a program with this package, as their users call them; each bundle lies where there are no
// node_modules.

import { copyFileSync, readFileSync } from "node:fs";
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

/**
 * One file for whatever runtime, by a bundler that sets no condition, and without the core.
 *
 * @param {Place} place
 */
export async function slimByEsbuild({ modules, folder }) {
  const outfile = join(folder, "out/slim/server.mjs");
  await esbuild(modules, folder, "slim-server.mjs", { platform: "neutral", format: "esm", external: ["node:*"], outfile });
  const inlined = readFileSync(join(folder, "node_modules/nextjs-dynamodb-cache/pkg/core-inline.mjs"), "utf8");
  const [, beginning = ""] = /"([\w+/]{40})/.exec(inlined) ?? [];
  if (!beginning || readFileSync(outfile, "utf8").includes(beginning)) {
    throw new Error(`${outfile} carries the core`);
  }
  return outfile;
}

/** @param {Place} place */
export async function byRollup({ modules, folder }) {
  const { rollup } = await load(modules, "rollup");
  const { nodeResolve } = await load(modules, "@rollup/plugin-node-resolve");
  const plugins = [nodeResolve({ exportConditions: ["node"], preferBuiltins: true })];
  const bundle = await rollup({ input: join(folder, "server.mjs"), external: /^node:/, plugins });
  const dir = join(folder, "out/rollup");
  await bundle.write({ dir, entryFileNames: "server.mjs", format: "es" });
  await bundle.close();
  return join(dir, "server.mjs");
}

/**
 * A server for Node.js.
 *
 * @param {Place} place
 */
export async function byViteForSsr(place) {
  await vite(place, { ssr: { noExternal: true }, build: { ssr: "server.mjs", outDir: "out/vite-ssr" } });
  return join(place.folder, "out/vite-ssr/server.js");
}

/**
 * A library for whatever runtime.
 *
 * @param {Place} place
 */
export async function byViteAsLibrary(place) {
  const lib = { entry: "worker.mjs", formats: ["es"], fileName: "worker" };
  await vite(place, { build: { lib, outDir: "out/vite-library" } });
  return join(place.folder, "out/vite-library/worker.js");
}

/**
 * An application, as for browsers.
 *
 * @param {Place} place
 */
export async function byViteAsApplication(place) {
  const output = { entryFileNames: "worker.js" };
  const rollupOptions = { input: join(place.folder, "worker.mjs"), preserveEntrySignatures: "strict", output };
  await vite(place, { build: { rollupOptions, outDir: "out/vite-application" } });
  return join(place.folder, "out/vite-application/worker.js");
}

/** @param {Place} place */
export function byWebpack(place) {
  const output = { path: join(place.folder, "out/webpack"), filename: "server.cjs" };
  return webpack(place, { target: "node20", entry: "./server.mjs", output });
}

/**
 * An ES module for a runtime that has the web's interfaces alone.
 *
 * @param {Place} place
 */
export function byWebpackForWebworker(place) {
  const output = { path: join(place.folder, "out/webpack-webworker"), filename: "worker.mjs", library: { type: "module" } };
  const experiments = { outputModule: true };
  return webpack(place, { target: ["webworker", "es2022"], entry: "./worker.mjs", output, experiments });
}

/**
 * @param {Place} place
 * @param {any} options
 * @returns {Promise<string>} the file
 */
async function webpack({ modules, folder }, options) {
  const { default: webpack } = await load(modules, "webpack");
  await new Promise((resolve, reject) => {
    webpack({ mode: "production", context: folder, ...options }, (/** @type {any} */ error, /** @type {any} */ stats) => {
      const failed = error ?? (stats.hasErrors() && new Error(stats.toString({ all: false, errors: true })));
      failed ? reject(failed) : resolve(undefined);
    });
  });
  return join(options.output.path, options.output.filename);
}

/**
 * @param {Place} place
 * @param {object} options
 */
async function vite({ modules, folder }, options) {
  const { build } = await load(modules, "vite", "dist/node/index.js");
  await build({ root: folder, configFile: false, logLevel: "error", ...options });
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
 * @param {string} [entry]
 * @param {string[]} [conditions]
 */
export async function forWorkerd({ modules, folder }, entry = "worker.mjs", conditions = ["workerd"]) {
  const outdir = join(folder, "out/workerd", entry);
  const wasm = {
    name: "wasm",
    setup: (/** @type {any} */ build) =>
      build.onResolve({ filter: /\.wasm$/ }, () => ({ path: "./core.wasm", external: true })),
  };
  const options = { format: "esm", conditions, plugins: [wasm], outfile: join(outdir, "worker.js") };
  await esbuild(modules, folder, entry, options);
  copyFileSync(join(folder, CORE), join(outdir, "core.wasm"));
  copyFileSync(join(folder, "worker.capnp"), join(outdir, "worker.capnp"));
  return join(outdir, "worker.capnp");
}

/**
 * A script for Vercel's edge runtime, which is given the compiled module under the name CORE.
 *
 * @param {Place} place
 * @param {string} [entry]
 */
export async function forEdgeRuntime({ modules, folder }, entry = "edge.mjs") {
  const outfile = join(folder, "out/edge", entry.replace(/mjs$/, "js"));
  const wasm = {
    name: "wasm",
    setup(/** @type {any} */ build) {
      build.onResolve({ filter: /\.wasm\?module$/ }, () => ({ path: "core", namespace: "wasm" }));
      build.onLoad({ filter: /./, namespace: "wasm" }, () => ({ contents: "export default CORE;" }));
    },
  };
  await esbuild(modules, folder, entry, { format: "iife", conditions: ["edge-light"], plugins: [wasm], outfile });
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
