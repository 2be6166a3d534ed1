// Starts Vercel's edge runtime: `node edge-host.mjs MODULES SCRIPT WASM`. As on Vercel, the host compiles the module. Without
// WASM it has no WebAssembly at all, as Fastly's runtime and LLRT have none.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const [modules, script, wasm] = process.argv.slice(2);
const { EdgeRuntime, runServer } = createRequire(`${modules}/`)("edge-runtime");
const core = wasm && new WebAssembly.Module(readFileSync(wasm));
const runtime = new EdgeRuntime({
  initialCode: `${core ? "" : "delete globalThis.WebAssembly;"}${readFileSync(script, "utf8")}`,
  extend: (context) => Object.assign(context, { CORE: core }),
});
const { url } = await runServer({ runtime });
console.log(`port ${new URL(url).port}`);
