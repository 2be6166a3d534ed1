// Starts Vercel's edge runtime: `node edge-host.mjs MODULES SCRIPT WASM`. As on Vercel, the host compiles the module.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const [modules, script, wasm] = process.argv.slice(2);
const { EdgeRuntime, runServer } = createRequire(`${modules}/`)("edge-runtime");
const core = new WebAssembly.Module(readFileSync(wasm));
const runtime = new EdgeRuntime({
  initialCode: readFileSync(script, "utf8"),
  extend: (context) => Object.assign(context, { CORE: core }),
});
const { url } = await runServer({ runtime });
console.log(`port ${new URL(url).port}`);
