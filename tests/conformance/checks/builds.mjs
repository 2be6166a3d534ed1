// Builds: what one leaves for its own instances, what it shares with others, and what it keeps to itself.

import { mkdir, writeFile } from "node:fs/promises";
import { createHash } from "node:crypto";
import { dirname, join } from "node:path";
import { appPage, appRoute, pages, response } from "../values.mjs";
import { fetched, page, pagesPage, route } from "../words.mjs";
import { assertFreshEverywhere, assertMiss, assertMissEverywhere, assertStale, render } from "./check.mjs";

/** @typedef {import("./check.mjs").Check} Check */
/** @typedef {import("../words.mjs").Next} Next */
/** @typedef {import("../words.mjs").PageEntry} PageEntry */

const BUILD_OUTPUT = "Build output is a cache";
const BUILD_SCOPE = "pages and routes of one build are not served to another";
const SEVERAL_BUILDS = "Next's own handler shares nothing between builds";

/** @type {Check[]} */
export const checks = [
  {
    name: "prerendered_page_is_a_hit_until_it_is_revalidated",
    promise: BUILD_OUTPUT,
    async run({ id, a, b, next, distDir }) {
      const [entry, value] = [page(`/${id}`), appPage(next, "built", { tags: [`${id}-tag`] })];
      await prerender(next, distDir, entry, value);
      await assertFreshEverywhere([a, b], entry, value);
      await b.revalidateTag([`${id}-tag`]);
      await assertMissEverywhere([a, b], entry);
      const rendered = appPage(next, "rendered", { tags: [`${id}-tag`] });
      await render(a, entry, rendered);
      await assertFreshEverywhere([b, a], entry, rendered);
    },
  },
  {
    name: "prerendered_route_handler_is_a_hit_until_it_is_revalidated",
    promise: BUILD_OUTPUT,
    async run({ id, a, b, next, distDir }) {
      const [entry, value] = [route(`/${id}`), appRoute(next, Buffer.from([0, 255, 128]), { tags: [`${id}-tag`] })];
      await prerender(next, distDir, entry, value);
      await assertFreshEverywhere([a, b], entry, value);
      await a.revalidateTag([`${id}-tag`]);
      await assertMissEverywhere([a, b], entry);
    },
    // Next 14 looks at the tags of pages alone.
    beyondNext: ({ major }) => (major === 14 ? "Next 14's own handler ignores the tags of route handlers" : undefined),
  },
  {
    name: "prerendered_page_of_the_pages_router_is_a_hit",
    promise: BUILD_OUTPUT,
    async run({ id, a, b, next, distDir }) {
      const entry = pagesPage(`/${id}`);
      const bare = { headers: undefined, status: undefined };
      const value = pages(next, "built", bare);
      await prerender(next, distDir, entry, value);
      await assertFreshEverywhere([a, b], entry, value);
    },
  },
  {
    name: "prerendered_page_is_stale_after_a_soft_revalidation",
    promise: "after which it is stale, not gone",
    beyondNext: ({ major }) => (major < 16 ? "Next before 16 knows no durations" : undefined),
    async run({ id, a, b, next, distDir }) {
      const [entry, value] = [page(`/${id}`), appPage(next, "built", { tags: [`${id}-tag`] })];
      await prerender(next, distDir, entry, value);
      await assertFreshEverywhere([a, b], entry, value);
      await b.revalidateSoftly([`${id}-tag`], { expire: 31_536_000 });
      await assertStale(a, entry, value);
      await assertStale(b, entry, value);
    },
  },
  {
    name: "prerendered_page_with_segments_is_a_hit",
    promise: "PPR shells and segment data are hits at the first request after a deploy",
    on: ({ major }) => major >= 16,
    async run({ id, a, b, next, distDir }) {
      const entry = page(`/${id}`);
      const segmentData = new Map([["/_tree", Buffer.from("tree")], ["/slug/__PAGE__", Buffer.from([0, 255])]]);
      const value = appPage(next, "built", { tags: [`${id}-tag`], segmentData, postponed: '{"state":1}' });
      await prerender(next, distDir, entry, value);
      await assertFreshEverywhere([a, b], entry, value);
      await b.revalidateTag([`${id}-tag`]);
      await assertMissEverywhere([a, b], entry);
    },
  },
  {
    name: "revalidated_path_of_the_pages_router_ends_its_prerendered_page",
    promise: "are rejected once a tag of theirs was revalidated",
    beyondNext: "entries of the Pages Router have no tags in Next",
    async run({ id, a, b, next, distDir }) {
      const [entry, value] = [pagesPage(`/${id}`), pages(next, "built", { headers: undefined, status: undefined })];
      await prerender(next, distDir, entry, value);
      await assertFreshEverywhere([a, b], entry, value);
      await b.revalidateTag([`_N_T_/${id}`]);
      await assertMissEverywhere([a, b], entry);
    },
  },
  {
    name: "pages_of_one_build_are_not_served_to_another",
    promise: BUILD_SCOPE,
    withoutControl: SEVERAL_BUILDS,
    async run({ id, a, b, next, start }) {
      const later = await start({ build: "build-2" });
      const entries = [page(`/${id}`), route(`/${id}/route`), pagesPage(`/${id}/pages`)];
      const values = (/** @type {string} */ text) => [
        appPage(next, text, { tags: [`${id}-tag`] }),
        appRoute(next, Buffer.from(text), { tags: [`${id}-tag`] }),
        pages(next, text),
      ];
      for (const [index, entry] of entries.entries()) {
        await a.set(entry, values("old")[index]);
        await assertMiss(later, entry);
        await render(later, entry, values("new")[index]);
        await assertFreshEverywhere([later], entry, values("new")[index]);
        await assertFreshEverywhere([b, a], entry, values("old")[index]);
      }
      await later.stop();
    },
  },
  {
    name: "not_found_of_one_build_is_not_served_to_another",
    promise: BUILD_SCOPE,
    withoutControl: SEVERAL_BUILDS,
    async run({ id, a, start }) {
      const later = await start({ build: "build-2" });
      await a.set(pagesPage(`/${id}`), null);
      await assertFreshEverywhere([a], pagesPage(`/${id}`), null);
      await assertMiss(later, pagesPage(`/${id}`));
      await later.stop();
    },
  },
  {
    name: "fetches_and_revalidations_are_shared_between_builds",
    promise: "FETCH entries and tag revalidations are shared",
    withoutControl: SEVERAL_BUILDS,
    async run({ id, a, b, next, start }) {
      const later = await start({ build: "build-2" });
      const tagged = fetched(id, { tags: [`${id}-tag`] });
      await a.set(tagged, response("data"));
      await a.set(page(`/${id}`), appPage(next, "p", { tags: [`${id}-tag`] }));
      await assertFreshEverywhere([later, b], tagged, response("data"));
      await later.revalidateTag([`${id}-tag`]);
      await assertMissEverywhere([a, b, later], tagged);
      await assertMissEverywhere([a, b], page(`/${id}`));
      await later.stop();
    },
  },
  {
    name: "without_build_scope_pages_are_shared_between_builds",
    promise: "`buildId: false` shares all",
    withoutControl: SEVERAL_BUILDS,
    async run({ id, next, start }) {
      const options = { buildId: false };
      const [earlier, later] = await Promise.all([start({ options }), start({ options, build: "build-2" })]);
      await earlier.set(page(`/${id}`), appPage(next, "p", { tags: [`${id}-tag`] }));
      await assertFreshEverywhere([later], page(`/${id}`), appPage(next, "p", { tags: [`${id}-tag`] }));
      await Promise.all([earlier.stop(), later.stop()]);
    },
  },
  {
    name: "applications_with_other_prefixes_share_nothing",
    promise: "several apps in one table",
    withoutControl: SEVERAL_BUILDS,
    async run({ id, a, start }) {
      const prefixes = ["one/", "one/2", "", "__tag__"].map((keyPrefix) => ({ options: { keyPrefix } }));
      const apps = await Promise.all(prefixes.map(start));
      const entry = fetched(id, { tags: [`${id}-tag`] });
      for (const [index, app] of apps.entries()) {
        await app.set(entry, response(`app ${index}`));
      }
      for (const [index, app] of apps.entries()) {
        await assertFreshEverywhere([app], entry, response(`app ${index}`));
      }
      await apps[0]?.revalidateTag([`${id}-tag`]);
      await assertMissEverywhere(apps.slice(0, 1), entry);
      await assertFreshEverywhere(apps.slice(1, 2), entry, response("app 1"));
      // Without a prefix it is the application that all other checks run on.
      await assertFreshEverywhere([a], entry, response("app 2"));
      await Promise.all(apps.map((app) => app.stop()));
    },
  },
  {
    name: "without_memory_and_index_it_answers_the_same",
    promise: "correctness never depends on it, cost does",
    withoutControl: "it is about this package's options",
    async run({ id, a, next, start }) {
      const bare = await start({ options: { memoryMaxBytes: 0, tagIndex: "off" } });
      const [entry, value] = [page(`/${id}`), appPage(next, "p", { tags: [`${id}-tag`] })];
      await render(bare, entry, value);
      await assertFreshEverywhere([bare, a, bare], entry, value);
      await bare.revalidateTag([`${id}-tag`]);
      await assertMissEverywhere([a, bare], entry);
      await render(a, entry, value);
      await assertFreshEverywhere([bare, a], entry, value);
      await a.revalidateSoftly([`${id}-tag`], { expire: 31_536_000 });
      await assertStale(bare, entry, value);
      await bare.stop();
    },
  },
  {
    name: "next_dev_caches_fetches_and_no_pages",
    promise: "behaviour in `next dev`",
    withoutControl: "it takes an instance of its own",
    async run({ id, b, next, start }) {
      const dev = await start({ dev: true });
      await dev.set(fetched(id), response("data"));
      await assertFreshEverywhere([dev, b], fetched(id), response("data"));
      await dev.set(page(`/${id}`), appPage(next, "p"));
      await assertMissEverywhere([dev, b], page(`/${id}`));
      await dev.stop();
    },
  },
  {
    name: "fetch_that_the_build_caches_for_itself_is_not_stored",
    promise: "`isImplicitBuildTimeCache` entries are not stored",
    on: ({ knowsExpire }) => knowsExpire,
    beyondNext: "Next's own handler is that of the build",
    async run({ id, a, b }) {
      const entry = fetched(id, { implicit: true });
      await a.set(entry, response("data"));
      await assertMissEverywhere([a, b], entry);
    },
  },
  {
    name: "next_build_needs_no_store",
    promise: "behaviour in `next build` without AWS access",
    withoutControl: "it is about this package's handler",
    async run({ id, b, start }) {
      const building = await start({ build: "build-3", env: { NEXT_PHASE: "phase-production-build" } });
      const entry = fetched(id, { tags: [`${id}-tag`] });
      await building.set(entry, response("data"));
      await assertFreshEverywhere([building], entry, response("data"));
      await building.revalidateTag([`${id}-other`]);
      await assertMiss(b, entry);
      await building.stop();
    },
  },
];

/**
 * Writes a page as `next build` leaves it.
 *
 * @param {Next} next
 * @param {string} distDir
 * @param {PageEntry} entry
 * @param {any} value
 */
async function prerender(next, distDir, entry, value) {
  const base = join(distDir, "server", entry.kind === "PAGES" ? "pages" : "app", entry.path);
  await mkdir(dirname(base), { recursive: true });
  /** @type {Map<string, Buffer>} */
  const segments = value.segmentData ?? new Map();
  const segmentPaths = segments.size > 0 ? [...segments.keys()] : undefined;
  const { headers, status, postponed } = value;
  const meta = { headers, status, postponed, segmentPaths, ...ownerIn(next, entry) };
  for (const [extension, content] of filesOf(entry, value)) {
    await writeFile(base + extension, content);
  }
  for (const [path, content] of segments) {
    const file = `${base}.segments${path}.segment.rsc`;
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content);
  }
  await writeFile(`${base}.meta`, JSON.stringify(meta));
}

/**
 * @param {PageEntry} entry
 * @param {any} value
 * @returns {[string, string | Buffer][]}
 */
function filesOf({ kind }, value) {
  switch (kind) {
    case "APP_ROUTE":
      return [[".body", value.body]];
    case "PAGES":
      return [[".html", value.html], [".json", JSON.stringify(value.pageData)]];
    default:
      return [[".html", value.html], [".rsc", value.rscData ?? value.pageData]];
  }
}

/**
 * By which Next knows whose file it is, where response entries belong to a source route.
 *
 * @param {Next} next
 * @param {PageEntry} entry
 */
function ownerIn({ takesRoute }, { kind, path, source }) {
  if (!takesRoute) {
    return {};
  }
  const hash = createHash("sha256").update(source).digest("hex");
  const owner = { kind, sourceRoute: source };
  return { routeCache: { key: `/route-cache/${kind}/${hash}/$${path}`, owner, isFallback: false } };
}
