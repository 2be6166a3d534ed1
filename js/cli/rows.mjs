// All rows of the table, page by page.

import { pathOf } from "../route-keys.mjs";
import { progress } from "./output.mjs";

/** @typedef {import("../../pkg/admin-bindings.js").Admin} Admin */
/**
 * @typedef {object} RowFacts as `src/admin/rows.rs` has it
 * @property {string} row
 * @property {"entry" | "part" | "sentinel" | "tagState" | "lease" | "log"} role
 * @property {string | null} key
 * @property {string | null} build
 * @property {string | null} entry
 * @property {string | null} tag
 * @property {number | null} expiresAtS
 * @property {Says | null} says
 */
/**
 * @typedef {object} Says
 * @property {string} kind
 * @property {string[]} tags
 * @property {number} lastModifiedMs
 * @property {number} revision
 * @property {number | null} revalidateS
 * @property {number | null} expireS
 * @property {number} rawBytes
 * @property {number} storedBytes
 * @property {number} parts
 */

/**
 * @param {Admin} admin
 * @returns {AsyncGenerator<RowFacts[]>} pages
 */
export async function* pagesOf(admin) {
  const shown = progress((done) => `${done} rows read`);
  let read = 0;
  /** @type {string | null} */
  let after = null;
  do {
    const page = await admin.page(after);
    read += page.rows.length + page.foreign;
    shown.at(read);
    yield page.rows;
    after = page.next;
  } while (after);
  shown.end();
}

/**
 * The path of an entry that is a page or a route: the keys of others are hashes.
 *
 * @param {RowFacts} facts
 * @returns {string | undefined}
 */
export function pagePathOf({ role, key }) {
  return role === "entry" && key?.startsWith("/") ? pathOf(key) : undefined;
}
