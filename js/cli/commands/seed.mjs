// seed: a build's prerendered output, uploaded before the first request asks for it.

import { join } from "node:path";
import "#core";
import { messageOf } from "../../complaints.mjs";
import { coreUnderWay } from "../../core.mjs";
import { resolveOptions } from "../../options.mjs";
import { printable } from "../../printable.mjs";
import { prerenderedIn, readerOf, withDeployment } from "../prerendered.mjs";
import { sharedCache } from "../../shared.mjs";
import { softTagsOf, storedKind, tagsOf, unfitPage } from "../../values.mjs";
import { CommandFailure, columns, print, printJson, progress } from "../output.mjs";
import { PATIENT } from "../table-options.mjs";

/** Uploads at once. */
const AT_ONCE = 8;

/** @typedef {"stored" | "there already" | "revalidated since" | "not read"} Outcome */

/** @type {import("../main.mjs").CommandFile} */
export const seed = {
  name: "seed",
  summary: "upload what a build has prerendered",
  details: `An instance serves its build's output by itself, so this is for what has none at hand: other readers of the table, a deploy that
leaves the output out, buildId: false. Entries that exist are left alone, and so is what was revalidated since the build. Run it
where the build is; running it again goes on from there.

Needs dynamodb:BatchGetItem, GetItem, PutItem, BatchWriteItem.

Examples:
  npx nextjs-dynamodb-cache seed --dry-run
  npx nextjs-dynamodb-cache seed --dir apps/web --table my-app-cache`,
  configure: (command) =>
    command
      .option("--dir <folder>", "the application", ".")
      .option("--dist <folder>", "its build, from there", ".next")
      .option("--build <id>", "the build that the entries belong to (default: the build's own; none shares them, as buildId: false does)")
      .option("--dry-run", "say what would be uploaded, and upload nothing"),
  async run({ options, table }) {
    const { buildId, serverDistDir, routes } = await prerenderedIn(options.dir, options.dist);
    const read = readerOf(options.dir, serverDistDir);
    const build = options.build === "none" ? undefined : (options.build ?? withDeployment(buildId));
    await coreUnderWay();
    const cache = sharedCache(resolveOptions({ ...PATIENT, ...table }, (name) => process.env[name] || undefined));
    const shown = progress((done) => `${done} of ${routes.length} routes`);
    /** @type {{ route: string, kind: string, bytes: number, outcome: Outcome }[]} */
    const results = [];
    const waiting = [...routes];
    const work = async () => {
      for (let route = waiting.shift(); route; route = waiting.shift()) {
        results.push(await upload(cache, route, await read(route).catch(() => null), build, Boolean(options.dryRun)));
        shown.at(results.length);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    shown.end();
    results.sort((a, b) => a.route.localeCompare(b.route));
    report(results, { build, isDry: Boolean(options.dryRun), asJson: Boolean(options.json), dist: join(options.dir, options.dist) });
  },
};

/**
 * @param {import("../../shared.mjs").SharedCache} cache
 * @param {import("../prerendered.mjs").Prerendered} route
 * @param {import("../../../types/index.d.ts").CacheHandlerValue | null} built
 * @param {string | undefined} build
 * @param {boolean} isDry
 * @returns {Promise<{ route: string, kind: string, bytes: number, outcome: Outcome }>}
 */
async function upload({ core }, { route, key, kind, cacheControl }, built, build, isDry) {
  const answer = (/** @type {Outcome} */ outcome, bytes = 0) => ({ route, kind, bytes, outcome });
  if (!built || unfitPage(built.value)) {
    return answer("not read");
  }
  const softTags = softTagsOf(key, { kind });
  const found = await core.get({ key, build, tags: [], softTags });
  if (found.status !== "miss") {
    return answer("there already");
  }
  if (found.reason === "unavailable") {
    throw new CommandFailure(`the table did not answer: ${found.detail}`);
  }
  const tags = tagsOf(built.value, {});
  const judged = await core.judgeBuilt([...tags, ...softTags], built.lastModified, found.version);
  if (found.reason === "revalidated" || judged.status !== "fresh") {
    return answer("revalidated since");
  }
  if (isDry) {
    return answer("stored");
  }
  const value = built.value;
  // Its renderer is taken to have seen what the get has seen: no newer revalidation concerns it.
  const request = { key, build, kind: storedKind(value), value, tags, ...cacheControl, lastModified: built.lastModified };
  try {
    const stored = await core.set({ ...request, revision: found.version, overwrites: false, onlyIfAbsent: true });
    return answer("stored", stored.storedBytes);
  } catch (error) {
    if (/** @type {{ code?: string }} */ (error).code === "ConditionalCheckFailedException") {
      return answer("there already");
    }
    throw new CommandFailure(`${route} was not uploaded: ${messageOf(error)}`);
  }
}

/**
 * @param {{ route: string, kind: string, bytes: number, outcome: Outcome }[]} results
 * @param {{ build: string | undefined, isDry: boolean, asJson: boolean, dist: string }} about
 */
function report(results, { build, isDry, asJson, dist }) {
  const count = (/** @type {Outcome} */ outcome) => results.filter((result) => result.outcome === outcome).length;
  const counts = { stored: count("stored"), thereAlready: count("there already"), revalidatedSince: count("revalidated since"), notRead: count("not read") };
  if (asJson) {
    return printJson({ build: build ?? null, dryRun: isDry, ...counts, routes: results });
  }
  const named = (/** @type {Outcome} */ outcome) => (isDry && outcome === "stored" ? "would be stored" : outcome);
  print(columns([["ROUTE", "KIND", "OUTCOME"], ...results.map(({ route, kind, outcome }) => [printable(route), kind, named(outcome)])]));
  print("");
  const whose = build === undefined ? "shared by all builds" : `of build ${build}`;
  print(`${dist}, ${whose}: ${counts.stored} ${named("stored")}, ${counts.thereAlready} there already, ${counts.revalidatedSince} revalidated since, ${counts.notRead} not read`);
}
