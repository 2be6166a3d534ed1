// The Next versions that the suite runs on, each installed once per user.

import { access, mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { run } from "../../scripts/demo/processes.mjs";

/** One of each interface that a handler meets. */
export const VERSIONS = ["14.2.35", "15.5.29", "16.2.6", "16.4.6"];

/**
 * The `node_modules` folder that holds a version of Next, installed when it is not there yet.
 *
 * @param {string} version
 * @returns {Promise<string>}
 */
export async function installedNext(version) {
  const folder = join(cacheFolder(), `next-${version}`);
  const modules = join(folder, "node_modules");
  if (!(await exists(join(modules, "next/package.json")))) {
    console.log(`installing next@${version} into ${folder}`);
    await install(version, folder);
  }
  return modules;
}

/**
 * Installed beside its place and then moved there, so that what is there is whole.
 *
 * @param {string} version
 * @param {string} folder
 */
async function install(version, folder) {
  await mkdir(dirname(folder), { recursive: true });
  const scratch = await mkdtemp(`${folder}-`);
  try {
    await writeFile(join(scratch, "package.json"), '{ "private": true }\n');
    const react = version.startsWith("14.") ? "18.3.1" : "19.2.3";
    const packages = [`next@${version}`, `react@${react}`, `react-dom@${react}`];
    // The optional packages are compilers, which nothing here runs.
    const args = ["install", "--no-audit", "--no-fund", "--omit=optional", "--save-exact", ...packages];
    await run("npm", args, { cwd: scratch, log: join(tmpdir(), `next-${version}-install.log`) });
    await rm(folder, { recursive: true, force: true });
    await rename(scratch, folder);
  } catch (error) {
    await rm(scratch, { recursive: true, force: true });
    throw error;
  }
}

function cacheFolder() {
  return join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "nextjs-dynamodb-cache");
}

/** @param {string} path */
function exists(path) {
  return access(path).then(
    () => true,
    () => false,
  );
}
