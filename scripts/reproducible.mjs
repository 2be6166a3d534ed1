#!/usr/bin/env node
// Builds the sources once more in another folder, from nothing, and compares: the same source gives the same bytes.

import { cp, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { compileAll } from "./build/compile.mjs";
import { readSettings } from "./build/settings.mjs";
import { shippedGlue } from "./build/shipped.mjs";
import { ensureTools } from "./build/toolchain.mjs";
import { ScriptError, runScript } from "./command.mjs";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** What cargo needs. */
const SOURCES = ["Cargo.toml", "Cargo.lock", "src"];

await runScript(async () => {
  const settings = await readSettings(ROOT);
  const folder = await mkdtemp(join(tmpdir(), "reproducible build "));
  try {
    for (const source of SOURCES) {
      await cp(join(ROOT, source), join(folder, "source", source), { recursive: true });
    }
    const tools = await ensureTools(settings.tools);
    for (const again of await compileAll(join(folder, "source"), join(folder, "target"), settings, tools)) {
      const { name } = again;
      check(again.wasm.equals(await readFile(join(ROOT, "pkg", `${name}.wasm`))), `${name}.wasm`);
      const glue = await readFile(join(ROOT, "pkg", `${name}.mjs`), "utf8");
      check((await shippedGlue(again.glue, again.buildId)) === glue, `${name}.mjs`);
      console.log(`Two builds in two folders gave the same ${name}.wasm and ${name}.mjs`);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

/**
 * @param {boolean} same
 * @param {string} file
 */
function check(same, file) {
  if (!same) {
    throw new ScriptError(`the second build gave another ${file} than the one in pkg/; is pkg/ of these sources?`);
  }
}
