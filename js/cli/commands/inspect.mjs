// inspect: one entry, decoded, and which rule decides what a get makes of it now.

import { inspect as shown } from "node:util";
import { withAdmin } from "../../admin.mjs";
import { printable } from "../../printable.mjs";
import { size, span } from "../amounts.mjs";
import { CommandFailure, print, printJson } from "../output.mjs";
import { pathOf } from "../../route-keys.mjs";
import { pagePathOf, pagesOf } from "../rows.mjs";
import { PATIENT } from "../table-options.mjs";
import { buildIdIn, withDeployment } from "../prerendered.mjs";
import { causeOf, revisionOf, verdictOf } from "../verdict.mjs";

/** @type {import("../main.mjs").CommandFile} */
export const inspect = {
  name: "inspect <key-or-path>",
  summary: "show one entry, and why it is a hit or a miss now",
  details: `By its key, which ls shows, or the path of a page. From Next 15.5.27 and 16.3.8 on, a page's key is more than its path: then the whole table
is read for it (dynamodb:Scan). Pages belong to a build: name it, or its id is read from .next/BUILD_ID.

Examples:
  npx nextjs-dynamodb-cache inspect /blog/hello --build qzKvAx8F
  npx nextjs-dynamodb-cache inspect 5f3c… --soft-tag _N_T_/blog/hello`,
  configure: (command) =>
    command
      .option("--build <id>", "the build that a page belongs to")
      .option("--soft-tag <tag...>", "a tag of the page that asks, as Next hands it to get")
      .option("--value", "print the whole value"),
  async run({ options, table }, key) {
    const built = options.build === undefined ? await buildIdIn(".next") : undefined;
    const builds = [options.build, ...(built === undefined ? [] : [withDeployment(built)])];
    const found = await withAdmin({ ...PATIENT, ...table }, (admin) => find(admin, key, builds, options.softTag ?? []));
    if (options.json) {
      printJson(found);
    } else {
      describe(found, options.value).forEach(print);
    }
    if (!found.exists) {
      throw new CommandFailure(options.json ? "" : `there is no row ${printable(found.row)}: ls shows what there is`);
    }
  },
};

/**
 * @param {import("../rows.mjs").Admin} admin
 * @param {string} key or the path of a page
 * @param {(string | undefined)[]} builds in which it may be: a fetch belongs to none, a page to one; the key alone does not say which it is
 * @param {string[]} softTags
 * @returns {Promise<any>} as `src/wasm/admin.rs` has it
 */
async function find(admin, key, builds, softTags) {
  let found;
  for (const build of builds) {
    found = await admin.inspect(key, build, softTags);
    if (found.exists) {
      return found;
    }
  }
  const pages = key.startsWith("/") ? await pagesAt(admin, pathOf(key)) : [];
  const ofBuilds = pages.filter(({ build }) => builds.includes(build ?? undefined));
  const isBuildNamed = builds[0] !== undefined;
  const meant = ofBuilds.length > 0 || isBuildNamed ? ofBuilds : pages;
  if (meant.length > 1) {
    meant.sort((a, b) => String([a.key, a.build]).localeCompare(String([b.key, b.build])));
    const each = meant.map(({ key, build }) => `\n  inspect ${quoted(key)}${build ? ` --build ${quoted(build)}` : ""}`);
    throw new CommandFailure(`there are ${each.length} entries of the path ${printable(pathOf(key))}:${each.join("")}`);
  }
  return meant[0] ? admin.inspect(meant[0].key, meant[0].build ?? undefined, softTags) : found;
}

/** As a shell takes it for one word: a path may hold a quote, and a command behind it. @param {string} text */
function quoted(text) {
  return `'${printable(text).replaceAll("'", "'\\''")}'`;
}

/**
 * @param {import("../rows.mjs").Admin} admin
 * @param {string} path
 */
async function pagesAt(admin, path) {
  const found = [];
  for await (const page of pagesOf(admin)) {
    found.push(...page.filter((row) => pagePathOf(row) === path).map(({ key, build }) => ({ key: key ?? "", build })));
  }
  return found;
}

/**
 * @param {any} found as `src/wasm/admin.rs` has it
 * @param {boolean} isWhole
 * @returns {string[]}
 */
function describe(found, isWhole) {
  const { row, says, because, expiresAtS, value } = found;
  const nowS = Date.now() / 1_000;
  const lines = [`row         ${printable(row)}`];
  if (says) {
    const { kind, tags, lastModifiedMs, revalidateS, expireS, rawBytes, storedBytes, parts } = says;
    lines.push(
      `kind        ${kind}`,
      `rendered    ${new Date(lastModifiedMs).toISOString()} (${span(nowS - lastModifiedMs / 1_000)} ago)`,
      `lifetime    revalidate ${revalidateS === null ? "never" : `after ${span(revalidateS)}`}, expire ${expireS === null ? "not set" : `after ${span(expireS)}`}; the row goes ${new Date(expiresAtS * 1_000).toISOString()}`,
      `size        ${size(rawBytes)}, stored ${size(storedBytes)} in ${parts + 1} row${parts > 0 ? "s" : ""}`,
      `tags        ${tags.map(printable).join(", ") || "none"}`,
      `revision    ${revisionOf(found)}`,
    );
  }
  lines.push(`a get now   ${verdictOf(found)}`);
  for (const event of because) {
    lines.push(`            ${causeOf(event, { text: printable })}`);
  }
  if (value !== undefined) {
    lines.push(`value       ${shown(value, { depth: 4, maxStringLength: isWhole ? null : 200, maxArrayLength: isWhole ? null : 20 })}`);
  }
  return lines;
}
