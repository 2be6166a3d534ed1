// The table as docs/runtimes.md holds it.

import { COLUMNS } from "./cells.mjs";
import { VERSIONS } from "./installation.mjs";

/** @typedef {import("./cells.mjs").Row} Row */

const [BEGIN, END] = ["<!-- table -->\n", "<!-- end of table -->"];

/** @param {Row[]} rows */
export function markdownOf(rows) {
  const columns = Object.keys(COLUMNS);
  const lines = [
    ["runtime", "tried with", ...columns],
    ["---", "---", ...columns.map(() => ":-:")],
    ...rows.map(({ runtime, failures }) => [
      runtime.name,
      triedWith(runtime.installed),
      ...columns.map((column) => (failures[column] || failures.loads ? "fails" : "✓")),
    ]),
  ];
  return lines.map((cells) => `| ${cells.join(" | ")} |\n`).join("");
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
 * @param {string} page
 * @param {string} table
 */
export function withTable(page, table) {
  const [from, to] = [page.indexOf(BEGIN) + BEGIN.length, page.indexOf(END)];
  if (from < BEGIN.length || to < from) {
    throw new Error(`the page has no place for the table: ${BEGIN}${END}`);
  }
  return page.slice(0, from) + table + page.slice(to);
}

/** @param {string} installed */
function triedWith(installed) {
  const version = VERSIONS[/** @type {keyof typeof VERSIONS} */ (installed)];
  return installed.startsWith("node") ? version.replace(/.*@/, "") : `${installed} ${version}`;
}
