// Revalidation with durations: stale at once, served once more while it is rendered again, gone at its deadline.

import { appPage, appRoute, pages, response } from "../values.mjs";
import { fetched, page, pagesPage, route } from "../words.mjs";
import { assertFreshEverywhere, assertMissEverywhere, assertStale, pause, render } from "./check.mjs";

/** @typedef {import("./check.mjs").Check} Check */
/** @typedef {import("./check.mjs").Instance} Instance */
/** @typedef {import("../words.mjs").Entry} Entry */
/** @typedef {import("../words.mjs").Next} Next */

const STALE_NOT_GONE = "Soft revalidation is stale, not gone";
/** What Next 16 makes of the profile `max`. */
const MAX = { expire: 31_536_000 };

/** @param {Next} next */
const before16 = ({ major }) => (major < 16 ? "Next before 16 knows no durations" : undefined);

/** @type {Check[]} */
export const checks = [
  isStale("page_is_stale_and_its_refill_fresh", (id) => page(`/${id}`), (next, tags) => appPage(next, "p", { tags })),
  isStale("route_handler_is_stale_and_its_refill_fresh", (id) => route(`/${id}`), (next, tags) =>
    appRoute(next, Buffer.from("r"), { tags }),
  ),
  isStale("fetch_is_stale_and_its_refill_fresh", (id) => fetched(id, { tags: [`${id}-tag`] }), () => response("data")),
  isStale(
    "fetch_that_never_revalidates_is_stale_and_its_refill_fresh",
    (id) => fetched(id, { tags: [`${id}-tag`], revalidate: 0xfffffffe }),
    () => response("data", 0xfffffffe),
  ),
  isStale(
    "fetch_hit_through_a_soft_tag_is_stale_and_its_refill_fresh",
    (id) => fetched(id, { softTags: [`${id}-tag`] }),
    () => response("data"),
  ),
  {
    name: "page_that_never_revalidates_is_stale_too",
    promise: STALE_NOT_GONE,
    beyondNext: before16,
    async run({ id, a, b, next }) {
      const value = appPage(next, "p", { tags: [`${id}-tag`] });
      await a.set(page(`/${id}`), value, { revalidate: false });
      await assertFreshEverywhere([b, a], page(`/${id}`), value);
      await a.revalidateSoftly([`${id}-tag`], MAX);
      await staleEverywhere([b, a], page(`/${id}`), value);
    },
  },
  {
    name: "path_of_the_pages_router_is_stale_too",
    promise: STALE_NOT_GONE,
    beyondNext: "entries of the Pages Router have no tags in Next",
    async run({ id, a, b, next }) {
      const [entry, value] = [pagesPage(`/${id}`), pages(next, "p")];
      await a.set(entry, value, { revalidate: 60 });
      await a.revalidateSoftly([`_N_T_/${id}`], MAX);
      await staleEverywhere([b, a], entry, value);
      await render(b, entry, value, { revalidate: 60 });
      await assertFreshEverywhere([a, b], entry, value);
    },
  },
  {
    name: "fetch_that_was_stored_with_another_tag_is_stale_too",
    promise: "Any event for one of the entry's tags (its own, ctx.tags, ctx.softTags)",
    beyondNext: "Next's own handler looks at the tags of the get alone",
    async run({ id, a, b }) {
      await a.set(fetched(id, { tags: [`${id}-stored`] }), response("data"));
      const asked = fetched(id, { tags: [`${id}-asked`] });
      await assertFreshEverywhere([b, a], asked, response("data"));
      await a.revalidateSoftly([`${id}-stored`], MAX);
      await staleEverywhere([b, a], asked, response("data"));
    },
  },
  {
    name: "instance_that_starts_after_the_deadline_knows_of_it",
    promise: "also a deadline that passes later",
    withoutControl: "it takes two instances",
    async run({ id, a, b, next, start }) {
      const [entry, value] = [page(`/${id}`), appPage(next, "p", { tags: [`${id}-tag`] })];
      await a.set(entry, value);
      await b.revalidateSoftly([`${id}-tag`], { expire: 1 });
      const late = await start();
      await pause(1_200);
      await assertMissEverywhere([late, a], entry);
      await late.stop();
    },
  },
  {
    name: "deadline_that_passes_later_ends_what_was_stale",
    promise: "hard and soft revalidation with durations, also a deadline that passes later",
    beyondNext: before16,
    async run({ id, a, b, next }) {
      const [entry, value] = [page(`/${id}`), appPage(next, "p", { tags: [`${id}-tag`] })];
      const tagged = fetched(id, { tags: [`${id}-tag`] });
      await a.set(entry, value);
      await a.set(tagged, response("data"));
      await a.revalidateSoftly([`${id}-tag`], { expire: 2 });
      await staleEverywhere([a, b], entry, value);
      await staleEverywhere([b, a], tagged, response("data"));
      await pause(2_100);
      await assertMissEverywhere([a, b], entry);
      await assertMissEverywhere([a, b], tagged);
    },
  },
  {
    name: "refill_before_the_deadline_outlives_it",
    promise: "also a deadline that passes later",
    beyondNext: ({ major }) => (major < 16 ? undefined : "its own handler ends at the deadline what is younger, too"),
    async run({ id, a, b, next }) {
      const [entry, value] = [page(`/${id}`), appPage(next, "p", { tags: [`${id}-tag`] })];
      await a.set(entry, value);
      await b.revalidateSoftly([`${id}-tag`], { expire: 1 });
      await render(a, entry, value);
      await assertFreshEverywhere([a, b], entry, value);
      await pause(1_200);
      await assertFreshEverywhere([b, a], entry, value);
    },
  },
  {
    name: "deadline_of_zero_ends_it_at_once",
    promise: "also `{expire: 0}`",
    async run({ id, a, b, next }) {
      const [entry, value] = [page(`/${id}`), appPage(next, "p", { tags: [`${id}-tag`] })];
      const tagged = fetched(id, { tags: [`${id}-tag`] });
      await a.set(entry, value);
      await a.set(tagged, response("data"));
      await assertFreshEverywhere([b, a], entry, value);
      await b.revalidateSoftly([`${id}-tag`], { expire: 0 });
      await assertMissEverywhere([a, b], entry);
      await assertMissEverywhere([a, b], tagged);
    },
  },
  {
    name: "durations_without_a_deadline_make_it_stale_only",
    promise: STALE_NOT_GONE,
    beyondNext: before16,
    async run({ id, a, b, next }) {
      const [entry, value] = [page(`/${id}`), appPage(next, "p", { tags: [`${id}-tag`] })];
      await a.set(entry, value);
      await a.revalidateSoftly([`${id}-tag`], {});
      await staleEverywhere([b, a], entry, value);
      await pause(1_100);
      await staleEverywhere([b, a], entry, value);
    },
  },
  {
    name: "immediate_revalidation_ends_what_was_stale",
    promise: "hard and soft revalidation with durations",
    async run({ id, a, b, next }) {
      const [entry, value] = [page(`/${id}`), appPage(next, "p", { tags: [`${id}-tag`] })];
      await a.set(entry, value);
      await a.revalidateSoftly([`${id}-tag`], MAX);
      await a.get(entry);
      await b.get(entry);
      await b.revalidateTag([`${id}-tag`]);
      await assertMissEverywhere([a, b], entry);
      await render(a, entry, value);
      await assertFreshEverywhere([b, a], entry, value);
    },
  },
  {
    name: "stale_page_rendered_late_is_still_stale",
    promise: "in an entry whose render began before a revalidation is never fresh after it",
    beyondNext: "Next's own handler stamps an entry when it is stored",
    async run({ id, a, b, next }) {
      const [entry, value] = [page(`/${id}`), appPage(next, "old", { tags: [`${id}-tag`] })];
      const request = a.request();
      await request.get(entry);
      await b.revalidateSoftly([`${id}-tag`], MAX);
      await request.set(entry, value);
      await staleEverywhere([a, b], entry, value);
    },
  },
];

/**
 * @param {string} name
 * @param {(id: string) => Entry} entryOf
 * @param {(next: Next, tags: string[]) => any} make
 * @returns {Check}
 */
function isStale(name, entryOf, make) {
  return {
    name,
    promise: STALE_NOT_GONE,
    beyondNext: before16,
    async run({ id, a, b, next }) {
      const [entry, value] = [entryOf(id), make(next, ["_N_T_/layout", `${id}-tag`])];
      await a.set(entry, value);
      await assertFreshEverywhere([a, b], entry, value);
      await a.revalidateSoftly([`${id}-tag`], MAX);
      await staleEverywhere([a, b, b, a], entry, value);
      await render(b, entry, value);
      await assertFreshEverywhere([b, a], entry, value);
    },
  };
}

/**
 * @param {Instance[]} instances
 * @param {Entry} entry
 * @param {unknown} value
 */
async function staleEverywhere(instances, entry, value) {
  for (const instance of instances) {
    await assertStale(instance, entry, value);
  }
}
