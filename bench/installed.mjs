// What an installed package brings along: how many packages, and their bytes on disk.

import { createRequire } from "node:module";
import { readFile, readdir, stat } from "node:fs/promises";
import { join } from "node:path";

/**
 * @param {string} name
 * @param {string} folder that has it in its node_modules
 * @returns {Promise<{ packages: number, bytes: number }>} with the package itself and the dependencies of its dependencies
 */
export async function installedSize(name, folder) {
  /** @type {Set<string>} */
  const places = new Set();
  await collect(name, folder, places);
  let bytes = 0;
  for (const place of places) {
    bytes += await bytesOf(place);
  }
  return { packages: places.size, bytes };
}

/** @param {string} name @param {string} from @param {Set<string>} places */
async function collect(name, from, places) {
  const place = await placeOf(name, from);
  if (places.has(place)) {
    return;
  }
  places.add(place);
  const { dependencies = {} } = JSON.parse(await readFile(join(place, "package.json"), "utf8"));
  for (const dependency of Object.keys(dependencies)) {
    await collect(dependency, place, places);
  }
}

/** The folder of a package, whose exports need not name its package.json. @param {string} name @param {string} from */
async function placeOf(name, from) {
  const folders = createRequire(join(from, "package.json")).resolve.paths(name) ?? [];
  for (const folder of folders) {
    const found = await stat(join(folder, name, "package.json")).catch(() => undefined);
    if (found) {
      return join(folder, name);
    }
  }
  throw new Error(`${name} is not installed for ${from}`);
}

/** Without the packages that lie in it. @param {string} folder */
async function bytesOf(folder) {
  let bytes = 0;
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      bytes += entry.name === "node_modules" ? 0 : await bytesOf(path);
    } else {
      bytes += (await stat(path)).size;
    }
  }
  return bytes;
}
