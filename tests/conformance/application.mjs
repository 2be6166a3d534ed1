// An application as a user's is laid out: Next and this package side by side in node_modules, and a build in .next.

import { cp, mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { installedNext } from "./versions.mjs";

const ROOT = join(import.meta.dirname, "../..");

/**
 * @typedef {object} Application
 * @property {string} folder
 * @property {string} distDir
 */

/**
 * @param {string} folder
 * @param {string} version
 * @param {string} buildId
 * @returns {Promise<Application>}
 */
export async function createApplication(folder, version, buildId) {
  const installed = await installedNext(version);
  const modules = join(folder, "node_modules");
  const distDir = join(folder, ".next");
  await mkdir(modules, { recursive: true });
  await mkdir(join(distDir, "server"), { recursive: true });
  await writeFile(join(folder, "package.json"), '{ "private": true }\n');
  await writeFile(join(distDir, "BUILD_ID"), buildId);
  for (const name of ["next", "react", "react-dom"]) {
    await symlink(join(installed, name), join(modules, name), "dir");
  }
  await copyPackage(join(modules, "nextjs-dynamodb-cache"));
  return { folder, distDir };
}

/**
 * What the package publishes, copied: linked, it would look for Next beside this checkout.
 *
 * @param {string} target
 */
async function copyPackage(target) {
  const { files } = JSON.parse(await readFile(join(ROOT, "package.json"), "utf8"));
  // A pattern stands for the folder that it is in.
  for (const name of ["package.json", ...files.map((/** @type {string} */ path) => path.replace(/\/\*\.mjs$/, ""))]) {
    await mkdir(dirname(join(target, name)), { recursive: true });
    await cp(join(ROOT, name), join(target, name), { recursive: true });
  }
}
