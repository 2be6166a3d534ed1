// purge: deletes entries. Not a way to revalidate: copies in the memory of instances are not told.

import { withAdmin } from "../../admin.mjs";
import { CommandFailure, WrongCommandLine, confirm, print, printJson, progress, say } from "../output.mjs";
import { pagePathOf, pagesOf } from "../rows.mjs";
import { PATIENT, nameOf } from "../table-options.mjs";

/** @type {import("../main.mjs").CommandFile} */
export const purge = {
  name: "purge",
  summary: "delete entries: of a build, of paths, with a key's beginning, or all",
  details: `Asks first. The revalidation log and the states of tags stay: without them, entries that are still in some instance's memory would
count as fresh. To have pages rendered anew, use revalidate. Ended half-way, running it again goes on.

A path is what a browser asks for. The key, which ls shows, begins with it, but from Next 15.5.27 and 16.3.8 on with /route-cache/ and a hash.

Needs dynamodb:Scan, BatchWriteItem.

Examples:
  npx nextjs-dynamodb-cache purge --build qzKvAx8F
  npx nextjs-dynamodb-cache purge --path-prefix /blog/ --dry-run
  npx nextjs-dynamodb-cache purge --all --yes`,
  configure: (command) =>
    command
      .option("--build <id>", "entries of this build")
      .option("--path-prefix <text>", "pages and routes whose path begins so")
      .option("--key-prefix <text>", "entries whose key begins so")
      .option("--all", "all entries")
      .option("--dry-run", "only count them")
      .option("--yes", "do not ask"),
  async run({ options, table = {} }) {
    const { build, pathPrefix, keyPrefix, all, dryRun, yes } = options;
    if ([build, pathPrefix, keyPrefix, all].filter((given) => given !== undefined).length !== 1) {
      throw new WrongCommandLine("name what to delete: one of --build ID, --path-prefix TEXT, --key-prefix TEXT or --all");
    }
    if ([build, pathPrefix, keyPrefix].includes("")) {
      // Of a variable that is not set, most likely; every key begins with nothing.
      throw new WrongCommandLine("what is to be deleted is empty; for all entries there is --all");
    }
    const deleted = await withAdmin({ ...PATIENT, ...table }, async (admin) => {
      const rows = await rowsOf(admin, choiceOf(options));
      const what = `${rows.entries} entries (${rows.all.length} rows)`;
      if (dryRun || rows.all.length === 0) {
        say(`${what} would be deleted`);
        return { ...rows, isDone: false };
      }
      if (!yes && !(await confirm(`Delete ${what} of ${nameOf(table)}?`))) {
        throw new CommandFailure("nothing was deleted");
      }
      const shown = progress((done) => `${done} of ${rows.all.length} rows deleted`);
      for (let done = 0; done < rows.all.length; done += 100) {
        await admin.deleteRows(rows.all.slice(done, done + 100));
        shown.at(done);
      }
      shown.end();
      return { ...rows, isDone: true };
    });
    const report = { entries: deleted.entries, rows: deleted.all.length, deleted: deleted.isDone };
    options.json ? printJson(report) : print(`${report.deleted ? "deleted" : "not deleted"}: ${report.entries} entries, ${report.rows} rows`);
  },
};

/**
 * @param {{ build?: string, pathPrefix?: string, keyPrefix?: string }} options
 * @returns {(row: import("../rows.mjs").RowFacts) => boolean} whether an entry is meant
 */
function choiceOf({ build, pathPrefix, keyPrefix }) {
  if (build !== undefined) {
    return (row) => row.build === build;
  }
  if (pathPrefix !== undefined) {
    return (row) => pagePathOf(row)?.startsWith(pathPrefix) ?? false;
  }
  return ({ key }) => keyPrefix === undefined || (key ?? "").startsWith(keyPrefix);
}

/**
 * The rows of the entries that are meant, with their parts and sentinels; entries last, so that what a run that was ended
 * left behind is found again.
 *
 * @param {import("../rows.mjs").Admin} admin
 * @param {(row: import("../rows.mjs").RowFacts) => boolean} isMeant
 */
async function rowsOf(admin, isMeant) {
  /** @type {Set<string>} */
  const entries = new Set();
  /** @type {[row: string, entry: string][]} */
  const others = [];
  for await (const page of pagesOf(admin)) {
    for (const facts of page) {
      if (facts.role === "entry" && isMeant(facts)) {
        entries.add(facts.row);
      } else if (facts.entry !== null) {
        others.push([facts.row, facts.entry]);
      }
    }
  }
  const belonging = others.filter(([, entry]) => entries.has(entry)).map(([row]) => row);
  return { entries: entries.size, all: [...belonging, ...entries] };
}
