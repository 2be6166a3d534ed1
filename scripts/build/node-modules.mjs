// node_modules as package-lock.json wants it. Runs before anything is installed: Node built-ins only.

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { ScriptError, run } from "../command.mjs";

const OLDEST_NODE = 20;

/**
 * Installs the development dependencies when they are missing or not those of the lock file.
 *
 * @param {string} root the checkout
 */
export async function ensureNodeModules(root) {
  if (Number.parseInt(process.versions.node, 10) < OLDEST_NODE) {
    throw new ScriptError(`Node.js ${OLDEST_NODE} or later is needed; this is ${process.versions.node}`);
  }
  if (await matchesLock(root)) {
    return;
  }
  console.log("> npm ci (development dependencies; about half a minute, most of it a download of 150 MB)");
  await run("npm", ["ci"], { cwd: root });
}

/** @param {string} root */
async function matchesLock(root) {
  const wanted = await packagesOf(join(root, "package-lock.json"));
  // npm's own record of what it has put there.
  const installed = await packagesOf(join(root, "node_modules", ".package-lock.json"));
  if (!wanted) {
    throw new ScriptError("package-lock.json is missing or damaged: restore it with `git checkout package-lock.json`");
  }
  return Object.entries(wanted).every(([path, { version, optional }]) => {
    const found = installed?.[path];
    return path === "" || (found ? found.version === version : optional);
  });
}

/**
 * @param {string} lockFile
 * @returns {Promise<Record<string, { version?: string, optional?: boolean }> | undefined>}
 */
async function packagesOf(lockFile) {
  try {
    return JSON.parse(await readFile(lockFile, "utf8")).packages;
  } catch {
    return undefined;
  }
}
