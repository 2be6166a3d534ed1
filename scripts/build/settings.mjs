// wasm-pack.toml, parsed and checked once, so that the build itself need not.

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { ScriptError } from "../command.mjs";

/**
 * @typedef {object} Settings
 * @property {string} version of the package
 * @property {Artifact[]} artifacts
 * @property {Record<"wasm-pack" | "wasm-bindgen-cli", string>} tools exact versions
 * @property {{ flags: string[] }} rustc
 * @property {{ flags: string[] }} wasm-opt
 */

/**
 * @typedef {object} Artifact a wasm module
 * @property {string} name
 * @property {string[]} features of the crate
 * @property {number} raw_bytes at most
 * @property {number} gzip_bytes at most
 */

/**
 * @param {string} root the checkout
 * @returns {Promise<Settings>}
 */
export async function readSettings(root) {
  const { parse } = await import("smol-toml");
  const { version } = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
  const settings = { version, ...parse(await readFile(join(root, "wasm-pack.toml"), "utf8")) };
  checkShape(settings);
  checkBindgenVersion(settings, parse(await readFile(join(root, "Cargo.lock"), "utf8")));
  return settings;
}

/**
 * @param {any} settings
 * @returns {asserts settings is Settings}
 */
function checkShape(settings) {
  const isFlags = (/** @type {any} */ flags) => Array.isArray(flags) && flags.every((flag) => typeof flag === "string");
  const isArtifact = (/** @type {any} */ { name, features, raw_bytes, gzip_bytes }) =>
    typeof name === "string" && isFlags(features) && Number.isInteger(raw_bytes) && Number.isInteger(gzip_bytes);
  const checks = {
    artifacts: Array.isArray(settings.artifacts) && settings.artifacts.length > 0 && settings.artifacts.every(isArtifact),
    "tools.wasm-pack": typeof settings.tools?.["wasm-pack"] === "string",
    "tools.wasm-bindgen-cli": typeof settings.tools?.["wasm-bindgen-cli"] === "string",
    "rustc.flags": isFlags(settings.rustc?.flags),
    "wasm-opt.flags": isFlags(settings["wasm-opt"]?.flags),
  };
  const wrong = Object.entries(checks).filter(([, holds]) => !holds);
  if (wrong.length > 0) {
    throw new ScriptError(`wasm-pack.toml: missing or wrong: ${wrong.map(([name]) => name).join(", ")}`);
  }
}

/**
 * The command line tool and the crate speak a private format that changes with every version.
 *
 * @param {Settings} settings
 * @param {any} cargoLock
 */
function checkBindgenVersion({ tools }, cargoLock) {
  const crate = cargoLock.package.find((/** @type {any} */ { name }) => name === "wasm-bindgen");
  if (crate?.version !== tools["wasm-bindgen-cli"]) {
    const versions = `wasm-bindgen-cli ${tools["wasm-bindgen-cli"]} in wasm-pack.toml, wasm-bindgen ${crate?.version} in Cargo.lock`;
    throw new ScriptError(`${versions}: they must be the same`);
  }
}
