// What cargo must have before it can make wasm: the target, wasm-pack, and the wasm-bindgen that fits the crate.

import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { capture, run } from "../command.mjs";

/** The target that wasm-pack compiles for. */
const TARGET = "wasm32-unknown-unknown";

/** A Rust tool: the program of its crate that is needed. */
const PROGRAMS = {
  "wasm-pack": "wasm-pack",
  "wasm-bindgen-cli": "wasm-bindgen",
  lambda_web_adapter: "lambda-adapter",
};
/** Optimised they take three times as long to compile, and save less than a second of each build. */
const QUICKLY = { CARGO_PROFILE_RELEASE_OPT_LEVEL: "0", CARGO_PROFILE_RELEASE_LTO: "off" };
/** Those that the build needs; tests need the others. */
const FOR_BUILD = /** @type {const} */ (["wasm-pack", "wasm-bindgen-cli"]);

/**
 * Installs what is missing.
 *
 * @param {import("./settings.mjs").Settings["tools"]} versions
 * @returns {Promise<string[]>} the folders that the programs are in
 */
export async function ensureTools(versions) {
  await ensureTarget();
  const folders = [];
  for (const crate of FOR_BUILD) {
    folders.push(await ensureTool(crate, versions[crate]));
  }
  return folders;
}

/** Installs the target, if it is missing. */
export async function ensureTarget() {
  const folder = await capture("rustc", ["--print", "target-libdir", "--target", TARGET]);
  if (!existsSync(folder.trim())) {
    console.log(`> rustup target add ${TARGET} (a download of 20 MB)`);
    await run("rustup", ["target", "add", TARGET]);
  }
}

/**
 * Each version has a folder of its own below the user's cache, so that other clones, and other versions of this
 * package, find theirs.
 *
 * @param {keyof typeof PROGRAMS} crate
 * @param {string} version
 * @returns {Promise<string>} the folder that its program is in
 */
export async function ensureTool(crate, version) {
  const program = PROGRAMS[crate];
  const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "nextjs-dynamodb-cache");
  const folder = join(cache, `${crate}-${version}`);
  if (!existsSync(join(folder, "bin", process.platform === "win32" ? `${program}.exe` : program))) {
    console.log(`> cargo install ${crate} ${version} to ${folder} (once; a minute or two)`);
    await mkdir(cache, { recursive: true });
    await install(crate, version, folder);
  }
  return join(folder, "bin");
}

/**
 * Installs aside and then renames: a folder that is there is whole.
 *
 * @param {keyof typeof PROGRAMS} crate
 * @param {string} version
 * @param {string} folder
 */
async function install(crate, version, folder) {
  const unfinished = await mkdtemp(`${folder}-unfinished-`);
  // Flags that a person has set for other builds have no business in a tool.
  const { RUSTFLAGS: _flags, CARGO_ENCODED_RUSTFLAGS: _encoded, CARGO_BUILD_TARGET: _target, ...inherited } = process.env;
  const options = ["--locked", "--version", version, "--root", unfinished, "--bin", PROGRAMS[crate]];
  try {
    await run("cargo", ["install", ...options, crate], { env: { ...inherited, ...QUICKLY } });
    await rename(unfinished, folder).catch((error) => {
      // Another build was faster: its folder is as good.
      if (!existsSync(folder)) {
        throw error;
      }
    });
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
}
