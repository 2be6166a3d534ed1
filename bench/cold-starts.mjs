// Cold starts, interleaved: CPU, time and peak memory over those of a bare Node.

import { mkdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { CLIENTS } from "./clients/clients.mjs";
import { SIZES, pageOf } from "./pages.mjs";
import { median, runScript } from "./rounds.mjs";

const NAMES = ["bare", "this package", "AWS SDK", "bundle", "aws4fetch", "aws-lite"];
const SHOWN = { bundle: "AWS SDK, bundled by esbuild", "AWS SDK": "AWS SDK, from node_modules" };

/** @param {{ url: string, control: (path: string) => Promise<unknown> }} stub @param {number} rounds */
export async function runColdStarts({ url, control }, rounds) {
  await bundle();
  await control("/record");
  for (const name of ["this package", "AWS SDK"]) {
    const client = await CLIENTS[name](url);
    await client.set("10 KB", pageOf(SIZES["10 KB"]));
    await (client.getEntry ?? client.get)("10 KB");
  }
  await control("/replay");
  const samples = new Map(NAMES.map((name) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const name of NAMES) {
      samples.get(name).push(await runScript("cold.mjs", [name, url]));
    }
  }
  const of = (name, field) => median(samples.get(name).map((sample) => sample[field]));
  const over = (name, field) => of(name, field) - of("bare", field);
  return NAMES.slice(1).map((name) => ({
    name: SHOWN[name] ?? name,
    cpuMs: over(name, "cpuMs"),
    wallMs: over(name, "wallMs"),
    peakMb: over(name, "peakMb"),
  }));
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
