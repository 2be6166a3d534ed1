// ls: the entries of the table.

import { withAdmin } from "../../admin.mjs";
import { printable } from "../../printable.mjs";
import { due, size, span } from "../amounts.mjs";
import { columns, print, printJson } from "../output.mjs";
import { pagePathOf, pagesOf } from "../rows.mjs";
import { PATIENT } from "../table-options.mjs";

/** @type {import("../main.mjs").CommandFile} */
export const ls = {
  name: "ls",
  summary: "list the entries",
  details: `Reads the whole table (dynamodb:Scan), which costs its size in read units.

Examples:
  npx nextjs-dynamodb-cache ls --tag posts
  npx nextjs-dynamodb-cache ls --path-prefix /blog/
  npx nextjs-dynamodb-cache ls --json | jq -r '.[].key'`,
  configure: (command) =>
    command
      .option("--tag <tag>", "those with this tag of their own")
      .option("--kind <kind>", "those of this kind: APP_PAGE, FETCH, USE_CACHE, …")
      .option("--path-prefix <text>", "pages and routes whose path begins so"),
  async run({ options, table }) {
    const nowS = Date.now() / 1_000;
    /** @type {import("../rows.mjs").RowFacts[]} */
    const entries = [];
    await withAdmin({ ...PATIENT, ...table }, async (admin) => {
      for await (const page of pagesOf(admin)) {
        entries.push(...page.filter((row) => isWanted(row, options)));
      }
    });
    entries.sort((a, b) => a.row.localeCompare(b.row));
    if (options.json) {
      return printJson(entries.map(({ says, role: _role, entry: _entry, tag: _tag, ...row }) => ({ ...row, ...says })));
    }
    print(
      columns([
        ["KIND", "AGE", "REVALIDATE", "STORED", "TAGS", "KEY"],
        ...entries.map(({ key, build, says }) => [
          says?.kind ?? "unreadable",
          says ? span(nowS - says.lastModifiedMs / 1_000) : "",
          says ? due(says, nowS) : "",
          says ? size(says.storedBytes) : "",
          String(says?.tags.length ?? ""),
          `${printable(key ?? "")}${build ? `  (build ${printable(build)})` : ""}`,
        ]),
      ]),
    );
    print(`${entries.length} entries`);
  },
};

/**
 * @param {import("../rows.mjs").RowFacts} row
 * @param {Record<string, string | undefined>} options
 */
function isWanted(row, { tag, kind, pathPrefix }) {
  const { role, says } = row;
  const isUnderPath = pathPrefix === undefined || pagePathOf(row)?.startsWith(pathPrefix);
  return role === "entry" && (!tag || says?.tags.includes(tag)) && (!kind || says?.kind === kind) && isUnderPath;
}
