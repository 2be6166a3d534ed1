// The entries as Node.js loads them: some thirty files in one, and what the entries share in another. A seventh of a first
// answer's CPU went to finding and reading them one by one. What is made for other runtimes goes through a bundler anyway.

import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { ScriptError } from "../command.mjs";
import { AS_SHIPPED } from "./shipped.mjs";

const ENTRIES = {
  index: "js/entries/index.mjs",
  client: "js/entries/client.mjs",
  "use-cache": "js/entries/use-cache.mjs",
  "cache-handler": "cache-handler.mjs",
  "use-cache-handler": "use-cache-handler.mjs",
};

/**
 * @param {string} root the checkout
 * @param {string} pkg the folder that they are written below
 */
export async function bundleEntries(root, pkg) {
  const { build } = await import("esbuild");
  const outdir = join(pkg, "node");
  const { outputFiles } = await build({
    entryPoints: Object.entries(ENTRIES).map(([out, path]) => ({ in: join(root, path), out })),
    outdir,
    outExtension: { ".js": ".mjs" },
    chunkNames: "[name]-[hash]",
    bundle: true,
    splitting: true,
    platform: "node",
    format: "esm",
    target: "node20",
    ...AS_SHIPPED,
    conditions: ["node"],
    logLevel: "warning",
    write: false,
    plugins: [{ name: "keep the core apart", setup: keepCoreApart }],
  });
  await mkdir(outdir, { recursive: true });
  let traced = 0;
  for (const { path, text } of outputFiles) {
    // Next's file tracing looks for the word `require`; esbuild has given it a number.
    const traceable = text.replaceAll(/\b(require\d*)=>\1\(\s*"next\//g, () => ((traced += 1), 'require=>require("next/'));
    await writeFile(path, traceable);
  }
  // For the benchmarks, which load it from here.
  await writeFile(join(outdir, "index.d.mts"), 'export * from "../../types/index.js";\n');
  // At the end, and only what is left of another build: somebody may load the rest at this moment.
  const written = new Set([...outputFiles.map(({ path }) => basename(path)), "index.d.mts"]);
  for (const name of await readdir(outdir)) {
    await (written.has(name) ? undefined : rm(join(outdir, name)));
  }
  if (traced === 0) {
    throw new ScriptError("the bundled entries hold no require of Next's modules that file tracing would find");
  }
}

/** What the package holds once, and what is loaded late anyway. @param {import("esbuild").PluginBuild} build */
function keepCoreApart({ onResolve }) {
  onResolve({ filter: /\/pkg\/(core-inline|credentials(-inline)?)\.mjs$/ }, ({ path }) => ({ path: `../${basename(path)}`, external: true }));
}
