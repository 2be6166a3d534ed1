// The entries as Node.js loads them: some thirty files in one. A seventh of a first answer's CPU went to finding and reading
// them one by one. What is made for other runtimes goes through a bundler anyway.

import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { ScriptError } from "../command.mjs";
import { AS_SHIPPED } from "./shipped.mjs";

const ENTRIES = ["js/entries/index.mjs", "js/entries/client.mjs", "js/entries/use-cache.mjs", "cache-handler.mjs", "use-cache-handler.mjs"];

/**
 * What esbuild's output has of what others must be able to read, and what it should have: Next's file tracing looks for the word
 * `require`, which esbuild has given a number, and webpack for the remark that it leaves out.
 *
 * @type {[RegExp, string][]}
 */
const LEGIBLE = [
  [/\brequire\d*=>require\d*\(\s*"next\//g, 'require=>require("next/'],
  [/new URL\((?="\.\.\/\.\.\/pkg\/core\.wasm")/g, "new URL(/* webpackIgnore: true */ "],
];

/** Everything that the entries have, and begin with. */
const LIBRARY = `
import "#core";
export * from "./js/client.mjs";
export * from "./js/handler.mjs";
export * from "./js/use-cache.mjs";
export * from "./js/warm-up.mjs";
`;

/**
 * @param {string} root the checkout
 * @param {string} pkg the folder that they are written below
 */
export async function bundleEntries(root, pkg) {
  const { build } = await import("esbuild");
  const outdir = join(pkg, "node");
  /** @param {import("esbuild").BuildOptions} what @returns {Promise<import("esbuild").OutputFile[]>} */
  const bundled = async (what) =>
    (
      await build({
        outdir,
        outExtension: { ".js": ".mjs" },
        bundle: true,
        platform: "node",
        format: "esm",
        target: "node20",
        ...AS_SHIPPED,
        conditions: ["node"],
        logLevel: "warning",
        write: false,
        ...what,
      })
    ).outputFiles ?? [];
  const stdin = { contents: LIBRARY, resolveDir: root, sourcefile: "library.mjs" };
  const files = [
    ...(await bundled({ stdin, outfile: join(outdir, "library.mjs"), outdir: undefined, plugins: [apart] })),
    ...(await bundled({ entryPoints: [join(root, "js/chain.mjs")], plugins: [apart] })),
    ...(await bundled({ entryPoints: ENTRIES.map((path) => join(root, path)), outbase: root, entryNames: "[name]", plugins: [fromLibrary] })),
  ];
  await mkdir(outdir, { recursive: true });
  for (const { path, text } of files) {
    await writeFile(path, path.endsWith("library.mjs") ? legible(text) : text);
  }
  // For the benchmarks, which load it from here.
  await writeFile(join(outdir, "index.d.mts"), 'export * from "../../types/index.js";\n');
  // At the end, and only what is left of another build: somebody may load the rest at this moment.
  const written = new Set([...files.map(({ path }) => basename(path)), "index.d.mts"]);
  for (const name of await readdir(outdir)) {
    await (written.has(name) ? undefined : rm(join(outdir, name)));
  }
}

/** @param {string} library */
function legible(library) {
  // A long line may go on within a string.
  let text = library.replaceAll("\\\n", "");
  for (const [written, wanted] of LEGIBLE) {
    if (!text.match(written)) {
      throw new ScriptError(`the bundled entries hold no ${written}: see scripts/build/entries.mjs`);
    }
    text = text.replaceAll(written, wanted);
  }
  return text;
}

/** What the package holds once, and what is loaded late anyway. @type {import("esbuild").Plugin} */
const apart = {
  name: "apart",
  setup({ onResolve }) {
    onResolve({ filter: /\/pkg\/(core-inline|credentials(-inline)?)\.mjs$/ }, ({ path }) => ({ path: `../${basename(path)}`, external: true }));
    onResolve({ filter: /\/chain\.mjs$/ }, ({ kind }) => (kind === "dynamic-import" ? { path: "./chain.mjs", external: true } : undefined));
  },
};

/** Of an entry stays what it does itself. @type {import("esbuild").Plugin} */
const fromLibrary = {
  name: "from the library",
  setup({ onResolve }) {
    onResolve({ filter: /./ }, ({ path, kind }) => {
      const isEntry = kind === "entry-point" || path.includes("/entries/");
      return isEntry ? undefined : { path: "./library.mjs", external: true };
    });
  },
};
