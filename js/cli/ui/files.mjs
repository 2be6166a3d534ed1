// The window's page: files of this folder, under the paths that they have to each other.

import { readFile } from "node:fs/promises";

const FOLDER = new URL("../", import.meta.url);
/** @type {Record<string, string>} */
const TYPES = { html: "text/html; charset=utf-8", css: "text/css; charset=utf-8", mjs: "text/javascript; charset=utf-8" };
/** What the page's modules import from the command line. */
const SHARED = ["/amounts.mjs", "/verdict.mjs"];

/**
 * @param {string} path of the address
 * @returns {Promise<{ type: string, body: Buffer } | undefined>} undefined where there is none
 */
export async function fileAt(path) {
  const wanted = path === "/" ? "/ui/page/index.html" : path;
  const [, extension] = /^\/ui\/page\/[a-z-]+\.(html|css|mjs)$/.exec(wanted) ?? (SHARED.includes(wanted) ? ["", "mjs"] : []);
  if (!extension) {
    return undefined;
  }
  const body = await readFile(new URL(`.${wanted}`, FOLDER)).catch(() => undefined);
  return body && { type: TYPES[extension] ?? "", body };
}
