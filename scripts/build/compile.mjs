// The crate to wasm: wasm-pack, then wasm-opt. The same source gives the same bytes, in whichever folder it lies.

import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { capture, run } from "../command.mjs";
import { withBuildId } from "./build-id.mjs";
import { withoutPanicMessages } from "./panics.mjs";

/**
 * @typedef {object} Compiled
 * @property {string} name
 * @property {Buffer} wasm
 * @property {string} buildId of it, hexadecimal
 * @property {string} glue wasm-bindgen's JavaScript
 * @property {string} types wasm-bindgen's declarations
 * @property {string} symbols the name of each function, as profiles number them
 */

/**
 * @param {string} root the folder of Cargo.toml
 * @param {string} targetDir cargo's
 * @param {import("./settings.mjs").Settings} settings
 * @param {string[]} tools folders of programs
 * @returns {Promise<Compiled[]>} one for each artifact
 */
export async function compileAll(root, targetDir, settings, tools) {
  await mkdir(targetDir, { recursive: true });
  /** @type {Promise<Compiled>[]} */
  const underWay = [];
  for (const artifact of settings.artifacts) {
    // A folder of its own, since another build may run at the same time.
    const out = await mkdtemp(join(resolve(targetDir), "wasm-pack-"));
    try {
      await compileInto(out, root, targetDir, { settings, artifact }, tools);
    } catch (error) {
      await rm(out, { recursive: true, force: true });
      throw error;
    }
    // On one core, while the next is compiled.
    const optimizing = optimize(out, artifact.name, settings).finally(() => rm(out, { recursive: true, force: true }));
    optimizing.catch(() => {}); // told of below
    underWay.push(optimizing);
  }
  return Promise.all(underWay);
}

/**
 * @param {string} out
 * @param {string} root
 * @param {string} targetDir
 * @param {{ settings: import("./settings.mjs").Settings, artifact: import("./settings.mjs").Artifact }} what
 * @param {string[]} tools
 */
async function compileInto(out, root, targetDir, { settings, artifact }, tools) {
  const { name, features } = artifact;
  console.log(`> wasm-pack build of ${name} (half a minute the first time)`);
  const flags = ["--target", "web", "--out-dir", out, "--out-name", name, "--mode", "no-install", "--no-pack"];
  const ofCargo = ["--locked", "--no-default-features", `--features=${features.join(",")}`];
  await run("wasm-pack", ["build", resolve(root), ...flags, "--", ...ofCargo], {
    env: {
      ...process.env,
      PATH: [...tools, process.env.PATH].join(delimiter),
      CARGO_TARGET_DIR: resolve(targetDir),
      CARGO_ENCODED_RUSTFLAGS: [...settings.rustc.flags, ...(await remapFlags(root))].join("\x1f"),
    },
  });
}

/**
 * @param {string} out
 * @param {string} name
 * @param {import("./settings.mjs").Settings} settings
 * @returns {Promise<Compiled>}
 */
async function optimize(out, name, settings) {
  console.log(`> wasm-opt of ${name} (a quarter of a minute)`);
  const bare = join(out, `${name}_bare.wasm`);
  await writeFile(bare, await withoutPanicMessages(await readFile(join(out, `${name}_bg.wasm`))));
  const optimized = join(out, `${name}.wasm`);
  const wasmOpt = fileURLToPath(new URL("../../node_modules/binaryen/bin/wasm-opt", import.meta.url));
  // The names go before they are stripped, for profiles: functions keep their order.
  const symbols = join(out, `${name}.symbols`);
  const flags = settings["wasm-opt"].flags.flatMap((flag) => (flag === "--strip-debug" ? [`--symbolmap=${symbols}`, flag] : flag));
  await run(process.execPath, [wasmOpt, ...flags, "-o", optimized, bare]);
  return {
    name,
    ...withBuildId(await readFile(optimized), settings.version),
    glue: await readFile(join(out, `${name}.js`), "utf8"),
    types: await readFile(join(out, `${name}.d.ts`), "utf8"),
    symbols: await readFile(symbols, "utf8"),
  };
}

/**
 * Panic messages name source files: without this the bytes would depend on where the checkout, cargo's sources and the
 * toolchain are.
 *
 * @param {string} root
 */
async function remapFlags(root) {
  const sysroot = (await capture("rustc", ["--print", "sysroot"])).trim();
  const folders = { [resolve(root)]: "/nextjs-dynamodb-cache", [sysroot]: "/rust" };
  for (const registry of await registryFolders(root)) {
    folders[registry] = "/registry";
  }
  return Object.entries(folders).map(([from, to]) => `--remap-path-prefix=${from}=${to}`);
}

/**
 * Where cargo unpacks what it has downloaded; the folders are named after the registry, or a mirror of it.
 *
 * @param {string} root
 */
async function registryFolders(root) {
  // Only after this are they all there.
  await run("cargo", ["fetch", "--locked", "--quiet"], { cwd: root });
  const sources = join(process.env.CARGO_HOME || join(homedir(), ".cargo"), "registry", "src");
  return (await readdir(sources)).map((name) => join(sources, name));
}
