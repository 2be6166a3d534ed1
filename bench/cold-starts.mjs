// Cold starts, interleaved: CPU, time and peak memory over those of a bare process of the same Node, which tell how fast the
// machine is; and the CPU of their steps.

import { mkdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { CLIENTS } from "./clients/clients.mjs";
import { SIZES, pageOf } from "./pages.mjs";
import { median, runScript } from "./rounds.mjs";

const NAMES = ["bare", "this package", "AWS SDK", "bundle", "aws4fetch", "aws-lite"];
const SHOWN = { bare: "the bare process itself", bundle: "AWS SDK, bundled by esbuild", "AWS SDK": "AWS SDK, from node_modules" };

/**
 * @param {{ url: string, control: (path: string) => Promise<unknown> }} stub
 * @param {number} rounds
 * @param {{ name: string, program: string }[]} nodes
 */
export async function runColdStarts({ url, control }, rounds, nodes) {
  await bundle();
  await control("/record");
  for (const name of ["this package", "AWS SDK"]) {
    const client = await CLIENTS[name](url);
    await client.set("10 KB", pageOf(SIZES["10 KB"]));
    await (client.getEntry ?? client.get)("10 KB");
  }
  await control("/replay");
  const samples = new Map(nodes.flatMap((node) => NAMES.map((name) => [idOf(node, name), []])));
  for (let round = 0; round < rounds; round += 1) {
    for (const node of nodes) {
      for (const name of NAMES) {
        samples.get(idOf(node, name)).push(await runScript("cold.mjs", [name, url], [], node.program));
      }
    }
  }
  const of = (node, name, field) => median(samples.get(idOf(node, name)).map((sample) => sample[field]));
  return nodes.flatMap((node) => {
    const [bare, ...others] = NAMES;
    const { version } = samples.get(idOf(node, bare))[0];
    const row = (/** @type {string} */ name, /** @type {(field: string) => number} */ value) => ({
      node: node.name,
      version,
      name: SHOWN[name] ?? name,
      ...Object.fromEntries(["cpuMs", "wallMs", "peakMb", "loadMs", "requestMs", "compileMs"].map((field) => [field, value(field)])),
    });
    return [
      row(bare, (field) => of(node, bare, field)),
      ...others.map((name) => row(name, (field) => of(node, name, field) - of(node, bare, field))),
    ];
  });
}

/** @param {{ name: string }} node @param {string} name */
function idOf(node, name) {
  return `${node.name}, ${name}`;
}

async function bundle() {
  const { build } = await import("esbuild");
  const path = (/** @type {string} */ name) => fileURLToPath(new URL(name, import.meta.url));
  await mkdir(path(".cache"), { recursive: true });
  await build({
    entryPoints: [path("clients/aws-sdk.mjs")],
    outfile: path(".cache/aws-sdk.bundle.mjs"),
    bundle: true,
    minify: true,
    platform: "node",
    format: "esm",
    banner: { js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);' },
    logLevel: "error",
  });
}
