// Whether pkg/ is what the sources would give: a hash of everything that goes into it.

import { createHash } from "node:crypto";
import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { capture } from "../command.mjs";

/** What pkg/ was made from, and the hashes of its wasm. */
export const STAMP_FILE = "build.json";

/** Everything in them goes into the build. */
const FOLDERS = ["src", "scripts/build"];
const FILES = ["Cargo.toml", "Cargo.lock", "wasm-pack.toml", ...["binaryen", "commander", "esbuild"].map((name) => `node_modules/${name}/package.json`)];

/**
 * @param {string} root the checkout
 * @returns {Promise<string>} hexadecimal
 */
export async function hashInputs(root) {
  const hash = createHash("sha256");
  const inFolders = await Promise.all(FOLDERS.map((folder) => filesBelow(root, folder)));
  for (const path of [...FILES, ...inFolders.flat()].sort()) {
    const content = createHash("sha256").update(await readFile(join(root, path))).digest("hex");
    hash.update(`${content} ${path}\n`);
  }
  hash.update(JSON.parse(await readFile(join(root, "package.json"), "utf8")).version);
  hash.update(await capture("rustc", ["--version", "--verbose"]));
  return hash.digest("hex");
}

/**
 * @param {string} pkg the folder
 * @param {string} inputs their hash
 */
export async function isUpToDate(pkg, inputs) {
  try {
    const stamp = JSON.parse(await readFile(join(pkg, STAMP_FILE), "utf8"));
    for (const [name, sha256] of Object.entries(stamp.sha256)) {
      const wasm = await readFile(join(pkg, `${name}.wasm`));
      if (sha256 !== createHash("sha256").update(wasm).digest("hex")) {
        return false;
      }
    }
    return stamp.inputs === inputs;
  } catch {
    return false;
  }
}

/**
 * @param {string} root
 * @param {string} folder
 * @returns {Promise<string[]>} paths from the root, with slashes
 */
async function filesBelow(root, folder) {
  const entries = await readdir(join(root, folder), { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return files.map((entry) => join(entry.parentPath ?? entry.path, entry.name).slice(root.length).replaceAll("\\", "/"));
}
