// commander, the argument library of the command line, in one file: the package has no dependency to install.

import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

/**
 * @param {string} root the checkout
 * @param {string} pkg the folder that it is written to
 */
export async function bundleCommander(root, pkg) {
  const { build } = await import("esbuild");
  const folder = join(root, "node_modules/commander");
  const license = (await readFile(join(folder, "LICENSE"), "utf8")).trim();
  const { version } = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
  await mkdir(pkg, { recursive: true });
  await build({
    stdin: { contents: 'export { Command, CommanderError } from "commander";', resolveDir: root },
    outfile: join(pkg, "commander.mjs"),
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    minify: true,
    banner: {
      js: `/*! commander ${version}\n${license}\n*/\nimport { createRequire } from "node:module"; const require = createRequire(import.meta.url);`,
    },
    logLevel: "warning",
  });
  await writeFile(join(pkg, "commander.d.mts"), 'export { Command, CommanderError } from "commander";\n');
}
