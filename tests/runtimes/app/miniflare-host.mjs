// Starts miniflare: `node miniflare-host.mjs MODULES FOLDER [BINDINGS]`, with a folder that wrangler has built.

import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const [modules, folder, bindings = "{}"] = process.argv.slice(2);
const { Miniflare } = createRequire(`${modules}/`)("miniflare");
const files = readdirSync(folder).filter((name) => /\.(js|wasm)$/.test(name));
const miniflare = new Miniflare({
  host: "127.0.0.1",
  port: 0,
  bindings: JSON.parse(bindings),
  compatibilityDate: "2026-01-01",
  modulesRoot: folder,
  modules: files
    .sort((a) => (a.endsWith(".js") ? -1 : 1))
    .map((name) => ({
      type: name.endsWith(".wasm") ? "CompiledWasm" : "ESModule",
      path: join(folder, name),
      contents: readFileSync(join(folder, name)),
    })),
});
console.log(`port ${(await miniflare.ready).port}`);
