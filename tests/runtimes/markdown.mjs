// The table as docs/runtimes.md holds it, and as README.md does, with a line for each group.

import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { COLUMNS } from "./cells.mjs";
import { VERSIONS } from "./installation.mjs";

/** @typedef {import("./cells.mjs").Row} Row */

/** @type {Record<string, (rows: Row[]) => string>} the pages that hold it, in the repository */
const PAGES = { "docs/runtimes.md": markdownOf, "README.md": summaryOf };
const [BEGIN, END] = ["<!-- runtimes -->\n", "<!-- end of runtimes -->"];

/**
 * @param {Row[]} rows
 * @returns {Promise<string[]>} the pages that hold another table
 */
export async function differingPages(rows) {
  const pages = await Promise.all(Object.keys(PAGES).map(async (page) => ({ page, ...(await contentsOf(page, rows)) })));
  return pages.filter(({ found, wanted }) => found !== wanted).map(({ page }) => page);
}

/** @param {Row[]} rows */
export async function writePages(rows) {
  for (const page of Object.keys(PAGES)) {
    await writeFile(pathOf(page), (await contentsOf(page, rows)).wanted);
  }
}

/** @param {Row[]} rows */
export function markdownOf(rows) {
  const lines = rows.map(({ runtime, failures }) => [
    runtime.name,
    triedWith(runtime.installed),
    ...Object.keys(COLUMNS).map((column) => (holds(failures, column) ? "✓" : "fails")),
  ]);
  return tableOf(["runtime", "tried with"], lines);
}

/** @param {Row[]} rows */
function summaryOf(rows) {
  const groups = [...new Set(rows.map(({ runtime }) => runtime.group))];
  const lines = groups.map((group) => {
    const members = rows.filter(({ runtime }) => runtime.group === group);
    const cells = Object.keys(COLUMNS).map((column) => members.every(({ failures }) => holds(failures, column)));
    return [group, ...cells.map((cell) => (cell ? "✓" : "fails"))];
  });
  return tableOf(["runtime"], lines);
}

/**
 * @param {Row[]} rows
 * @returns {string[]}
 */
export function failuresOf(rows) {
  return rows.flatMap(({ runtime, failures }) =>
    Object.entries(failures).map(([column, why]) => `${runtime.name}, ${column}: ${why}`),
  );
}

/**
 * @param {string[]} words that head the first columns
 * @param {string[][]} lines
 */
function tableOf(words, lines) {
  const columns = Object.keys(COLUMNS);
  const head = [
    [...words, ...columns],
    [...words.map(() => "---"), ...columns.map(() => ":-:")],
  ];
  return [...head, ...lines].map((cells) => `| ${cells.join(" | ")} |\n`).join("");
}

/**
 * @param {Record<string, string>} failures
 * @param {string} column
 */
function holds(failures, column) {
  return !failures[column] && !failures.loads;
}

/**
 * @param {string} page
 * @param {Row[]} rows
 */
async function contentsOf(page, rows) {
  const found = await readFile(pathOf(page), "utf8");
  const [from, to] = [found.indexOf(BEGIN) + BEGIN.length, found.indexOf(END)];
  if (from < BEGIN.length || to < from) {
    throw new Error(`${page} has no place for the table: ${BEGIN}${END}`);
  }
  const wanted = found.slice(0, from) + PAGES[page]?.(rows) + found.slice(to);
  return { found, wanted };
}

/** @param {string} page */
function pathOf(page) {
  return fileURLToPath(new URL(`../../${page}`, import.meta.url));
}

/** @param {string} installed */
function triedWith(installed) {
  const version = VERSIONS[/** @type {keyof typeof VERSIONS} */ (installed)];
  return installed.startsWith("node") ? version.replace(/.*@/, "") : `${installed} ${version}`;
}
