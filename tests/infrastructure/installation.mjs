// The tools that read, check and make templates and documents, installed once per user.

import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { mkdtemp, rename, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { run } from "../../scripts/demo/processes.mjs";

const CDK = JSON.parse(readFileSync(new URL("../../infrastructure/cdk/package.json", import.meta.url), "utf8"));

const FROM_NPM = {
  // aws-cdk-lib, constructs and aws-cdk.
  ...CDK.dependencies,
  ...CDK.devDependencies,
  // HashiCorp's own parser, as WebAssembly.
  "@cdktf/hcl2json": "0.21.0",
  yaml: "2.9.1",
  "dockerfile-ast": "0.7.1",
};

/** With the cfn-lint that it works with. */
const FROM_PYTHON = { "aws-sam-cli": "1.170.0" };

/**
 * @typedef {object} Tools
 * @property {string} modules a `node_modules`
 * @property {string} python what PYTHONPATH has to be
 */

/** @returns {Promise<Tools>} */
export async function installTools() {
  const wanted = JSON.stringify([FROM_NPM, FROM_PYTHON]);
  const hash = createHash("sha256").update(wanted).digest("hex").slice(0, 16);
  const cached = join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "nextjs-dynamodb-cache");
  const place = join(cached, `tools-${hash}`);
  if (!existsSync(place)) {
    mkdirSync(cached, { recursive: true });
    // Installed beside its place and then moved there, so that what is there is whole.
    const scratch = await mkdtemp(`${place}-`);
    await Promise.all([installFromNpm(scratch), installFromPython(scratch)]);
    await rename(scratch, place).catch((error) => {
      // Another process was faster.
      if (!existsSync(place)) {
        throw error;
      }
    });
  }
  return { modules: join(place, "node_modules"), python: join(place, "python") };
}

/** @param {string} folder */
async function installFromNpm(folder) {
  await writeFile(join(folder, "package.json"), '{ "private": true }\n');
  const packages = Object.entries(FROM_NPM).map(([name, version]) => `${name}@${version}`);
  const args = ["install", "--no-audit", "--no-fund", "--save-exact", ...packages];
  await run("npm", args, { cwd: folder, log: join(folder, "npm.log") });
}

/** @param {string} folder */
async function installFromPython(folder) {
  const packages = Object.entries(FROM_PYTHON).map(([name, version]) => `${name}==${version}`);
  const options = ["--quiet", "--only-binary", ":all:", "--target", join(folder, "python")];
  const args = ["-m", "pip", "install", ...options, ...packages];
  await run("python3", args, { cwd: folder, log: join(folder, "python.log") });
}
