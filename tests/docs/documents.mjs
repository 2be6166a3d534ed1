// The documents of this repository, taken apart: headings, links, code.

import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

export const ROOT = join(import.meta.dirname, "../..");
const SKIPPED = /^(node_modules|target|pkg|demo|\..*)$/;

/**
 * @typedef {object} Block
 * @property {string} path of its document
 * @property {number} line its first, from 1
 * @property {string} language "" where none is named
 * @property {string} note what is after the language
 * @property {string} text
 */

/**
 * @typedef {object} Document
 * @property {string} path from the root
 * @property {string} text
 * @property {string} prose the text without its code blocks, line for line
 * @property {Block[]} blocks
 * @property {Set<string>} anchors of its headings, as GitHub makes them
 */

/** @returns {Document[]} */
export function documents() {
  return files(ROOT, /\.md$/).map(read);
}

/**
 * Files below a folder of the repository, by their paths from the root.
 *
 * @param {string} folder
 * @param {RegExp} name
 * @returns {string[]}
 */
export function files(folder, name) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      return SKIPPED.test(entry.name) ? [] : files(path, name);
    }
    return name.test(entry.name) ? [path.slice(ROOT.length + 1)] : [];
  });
}

/**
 * @param {string} path
 * @returns {Document}
 */
function read(path) {
  const text = readFileSync(join(ROOT, path), "utf8");
  /** @type {Block[]} */
  const blocks = [];
  const prose = text.replaceAll(/^( *)```(\w*) *(.*)\n([\s\S]*?)^ *```$/gm, (...found) => {
    const [whole, indent, language, note, code, offset] = found;
    const line = text.slice(0, offset).split("\n").length + 1;
    const dedented = code.replaceAll(new RegExp(`^${indent}`, "gm"), "");
    blocks.push({ path, line, language, note, text: dedented });
    return whole.replaceAll(/[^\n]/g, "");
  });
  const headings = [...prose.matchAll(/^#{1,6} +(.*)$/gm)].map(([, heading = ""]) => slug(heading));
  const anchors = headings.map((one, index) => {
    const before = headings.slice(0, index).filter((other) => other === one).length;
    return before > 0 ? `${one}-${before}` : one;
  });
  return { path, text, prose, blocks, anchors: new Set(anchors) };
}

/** @param {string} heading */
function slug(heading) {
  const words = heading.trim().replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1").toLowerCase();
  return words.replaceAll(/[^\p{Letter}\p{Number}\s_-]/gu, "").replaceAll(/\s/g, "-");
}
