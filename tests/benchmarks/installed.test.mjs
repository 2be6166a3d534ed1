import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { installedSize } from "../../bench/installed.mjs";

/** @type {string} */
let folder;
before(async () => (folder = await mkdtemp(join(tmpdir(), "installed-"))));
after(() => rm(folder, { recursive: true }));

test("a package is counted with the dependencies of its dependencies, each once, where Node finds them", async () => {
  const bytes =
    (await installed("a", ["b", "c"], { "dist/index.js": 100 })) +
    (await installed("b", ["c"], {})) +
    (await installed("c", ["a"], { "index.js": 10 })) +
    // b has another c of its own.
    (await installed("b/node_modules/c", [], { "index.js": 1_000 }));
  await installed("unrelated", [], { "index.js": 10_000 });
  assert.deepEqual(await installedSize("a", folder), { packages: 4, bytes });
});

test("a package that is not there is named", async () => {
  await assert.rejects(installedSize("absent", folder), /absent is not installed for/);
});

/**
 * @param {string} path in node_modules
 * @param {string[]} dependencies
 * @param {Record<string, number>} files and their bytes
 * @returns {Promise<number>} bytes of it
 */
async function installed(path, dependencies, files) {
  const place = join(folder, "node_modules", path);
  const manifest = JSON.stringify({ dependencies: Object.fromEntries(dependencies.map((name) => [name, "1"])) });
  const texts = Object.entries({ "package.json": manifest.length, ...files });
  for (const [name, length] of texts) {
    await mkdir(dirname(join(place, name)), { recursive: true });
    await writeFile(join(place, name), name === "package.json" ? manifest : "x".repeat(length));
  }
  return texts.reduce((sum, [, length]) => sum + length, 0);
}
