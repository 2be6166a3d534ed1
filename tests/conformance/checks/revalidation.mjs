// Immediate revalidation: when the call has returned, nothing rendered before it is served, anywhere.

import assert from "node:assert/strict";
import { appPage, appRoute, pages, redirect, response } from "../values.mjs";
import { fetched, page, pagesPage, route } from "../words.mjs";
import { assertFreshEverywhere, assertMiss, assertMissEverywhere, pause, render } from "./check.mjs";

/** @typedef {import("./check.mjs").Check} Check */
/** @typedef {import("../words.mjs").Entry} Entry */
/** @typedef {import("../words.mjs").Next} Next */

const HONOURED = "When it has returned, every get that starts later, anywhere, honours it";
const HARMLESS = "a revalidation concerns the entries that have its tag, and no other";
const PAGES_PATHS = "revalidatePath on Pages Router paths";
const NO_PATH_TAGS = "entries of the Pages Router have no tags in Next";

/** @type {Check[]} */
export const checks = [
  isMissed("revalidated_page_is_a_miss_everywhere", (id) => page(`/${id}`), (next, tags) => appPage(next, "p", { tags })),
  {
    ...isMissed("revalidated_route_handler_is_a_miss_everywhere", (id) => route(`/${id}`), (next, tags) =>
      appRoute(next, Buffer.from("r"), { tags }),
    ),
    beyondNext: ({ major }) => (major === 14 ? "its own handler ignores the tags of route handlers" : undefined),
  },
  isMissed("revalidated_fetch_is_a_miss_everywhere", (id) => fetched(id, { tags: [`${id}-tag`] }), () => response("data")),
  {
    name: "revalidated_path_is_a_miss_everywhere",
    promise: HONOURED,
    async run({ id, a, b, next }) {
      const value = appPage(next, "p", { tags: ["_N_T_/layout", `_N_T_/${id}/[slug]/page`, `_N_T_/${id}/x`, `${id}-tag`] });
      for (const tag of [`_N_T_/${id}/x`, `_N_T_/${id}/[slug]/page`, `${id}-tag`]) {
        await render(a, page(`/${id}/x`), value);
        await assertFreshEverywhere([b, a], page(`/${id}/x`), value);
        await b.revalidateTag([tag]);
        await assertMissEverywhere([a, b], page(`/${id}/x`));
      }
    },
  },
  {
    name: "revalidated_path_ends_the_fetches_of_its_page",
    promise: "FETCH entries hit through soft tags (they carry no such tag)",
    async run({ id, a, b }) {
      const entries = ["1", "2", "3"].map((n) => fetched(`${id}-${n}`, { softTags: ["_N_T_/layout", `_N_T_/${id}`] }));
      for (const entry of entries) {
        await a.set(entry, response("data"));
        await assertFreshEverywhere([b, a], entry, response("data"));
      }
      await b.revalidateTag([`_N_T_/${id}`]);
      for (const entry of entries) {
        // Apart in time: a note of the revalidation must not be used up by the first read.
        await assertMissEverywhere([a, b], entry);
        await pause(200);
      }
    },
  },
  {
    name: "fetch_of_another_page_is_not_ended",
    promise: HARMLESS,
    async run({ id, a, b }) {
      const here = fetched(id, { softTags: [`_N_T_/${id}`] });
      const there = fetched(id, { softTags: [`_N_T_/${id}-other`] });
      await a.set(here, response("data"));
      await b.revalidateTag([`_N_T_/${id}`]);
      await assertMissEverywhere([a, b], here);
      await assertFreshEverywhere([a, b], there, response("data"));
    },
  },
  {
    name: "unrelated_tag_is_harmless",
    promise: HARMLESS,
    async run({ id, a, b, next }) {
      const tagged = fetched(id, { tags: [`${id}-tag`], softTags: ["_N_T_/layout"] });
      const value = appPage(next, "p", { tags: [`${id}-tag`] });
      await a.set(tagged, response("data"));
      await a.set(page(`/${id}`), value);
      await b.revalidateTag([`${id}-other`, `${id}-ta`, `${id}-tagg`, `${id}-TAG`, `_N_T_/${id}-tag`]);
      await assertFreshEverywhere([a, b], tagged, response("data"));
      await assertFreshEverywhere([a, b], page(`/${id}`), value);
    },
  },
  {
    name: "several_tags_in_one_call_are_all_revalidated",
    promise: HONOURED,
    async run({ id, a, b, next }) {
      const tags = ["1", "2", "3"].map((n) => `${id}-${n}`);
      for (const tag of tags) {
        await a.set(page(`/${tag}`), appPage(next, "p", { tags: [tag] }));
      }
      await a.revalidateTag(tags);
      for (const tag of tags) {
        await assertMissEverywhere([b, a], page(`/${tag}`));
      }
    },
  },
  {
    name: "tag_that_is_a_bare_string_is_revalidated",
    promise: "Keep accepting a bare string (type allows it)",
    async run({ id, a, b, next }) {
      await a.set(page(`/${id}`), appPage(next, "p", { tags: [`${id}-tag`] }));
      await a.revalidateTag(`${id}-tag`);
      await assertMissEverywhere([b, a], page(`/${id}`));
    },
  },
  {
    name: "empty_lists_of_tags_revalidate_nothing",
    promise: "`[]` as tags",
    async run({ id, a, b, next }) {
      const value = appPage(next, "p", { tags: [`${id}-tag`] });
      await a.set(page(`/${id}`), value);
      await b.revalidateTag([]);
      if (next.major === 14) {
        await b.revalidateTag([[]]);
      }
      await assertFreshEverywhere([a, b], page(`/${id}`), value);
    },
  },
  {
    name: "refill_after_revalidation_is_fresh_everywhere",
    promise: "An entry carries `revision`, the log version that its renderer had seen before it rendered",
    beyondNext: notesOnce,
    async run({ id, a, b, next }) {
      const entry = page(`/${id}`);
      for (const text of ["1", "2", "3", "4", "5"]) {
        await assertMissEverywhere([b, a], entry);
        await render(b, entry, appPage(next, text, { tags: [`${id}-tag`] }));
        await assertFreshEverywhere([a, b], entry, appPage(next, text, { tags: [`${id}-tag`] }));
        await a.revalidateTag([`${id}-tag`]);
      }
    },
  },
  {
    name: "tags_of_the_last_render_count",
    promise: HARMLESS,
    async run({ id, a, b, next }) {
      const entry = page(`/${id}`);
      await a.set(entry, appPage(next, "1", { tags: [`${id}-old`] }));
      const value = appPage(next, "2", { tags: [`${id}-new`] });
      await render(b, entry, value);
      await a.revalidateTag([`${id}-old`]);
      // What is stored under the tag is swept behind the call.
      await pause(500);
      await assertFreshEverywhere([a, b], entry, value);
      await a.revalidateTag([`${id}-new`]);
      await assertMissEverywhere([a, b], entry);
    },
  },
  late("page_rendered_before_and_stored_after_is_not_served", (id) => page(`/${id}`), (next, tags) =>
    appPage(next, "old", { tags }),
  ),
  late("fetch_read_before_and_stored_after_is_not_served", (id) => fetched(id, { tags: [`${id}-tag`] }), () =>
    response("old"),
  ),
  {
    name: "late_render_by_another_cache_of_its_process_is_not_served",
    promise: "the oldest, and that set forgets the newest of them",
    beyondNext: "Next's own handler stamps an entry when it is stored",
    async run({ id, a, b, next }) {
      const entry = page(`/${id}`);
      await assertMiss(a, entry);
      await b.revalidateTag([`${id}-tag`]);
      await a.set(entry, appPage(next, "old", { tags: [`${id}-tag`] }));
      await assertMissEverywhere([a, b], entry);
    },
  },
  {
    name: "late_fetch_hit_through_a_soft_tag_is_not_served",
    promise: "rendered before the revalidation and stored after it",
    beyondNext: "Next's own handler stamps an entry when it is stored",
    async run({ id, a, b }) {
      const entry = fetched(id, { softTags: [`_N_T_/${id}`] });
      const request = a.request();
      assert.equal((await request.get(entry)).status, "miss");
      await b.revalidateTag([`_N_T_/${id}`]);
      await request.set(entry, response("old"));
      await assertMissEverywhere([a, b], entry);
    },
  },
  {
    name: "concurrent_sets_leave_one_whole_value",
    promise: "a reader sees a whole old value or a whole new one",
    async run({ id, a, b, next }) {
      const entry = route(`/${id}`);
      const values = ["a", "b", "c", "d", "e", "f"].map((letter) => appRoute(next, incompressible(letter, 900_000)));
      const sets = values.map((value, index) => (index % 2 === 0 ? a : b).set(entry, value));
      const reads = Array.from({ length: 12 }, (_, index) => (index % 2 === 0 ? b : a).get(entry));
      await Promise.all(sets);
      for (const { status, value } of [...(await Promise.all(reads)), await a.get(entry), await b.get(entry)]) {
        assert.ok(status === "miss" || values.some(({ body }) => body.equals(value.body)), "a value that nobody stored");
      }
      assert.deepStrictEqual((await a.get(entry)).value, (await b.get(entry)).value);
      // Three of six sets at once may have taken the same part rows: then it may be a miss, which the next render mends.
      if ((await a.get(entry)).status === "miss") {
        await a.set(entry, values[0]);
      }
      assert.equal((await b.get(entry)).status, "fresh");
    },
  },
  {
    name: "revalidation_twice_with_a_render_between_ends_well",
    promise: "Server actions call it twice with identical args",
    beyondNext: notesOnce,
    async run({ id, a, b, next }) {
      const entry = page(`/${id}`);
      const value = appPage(next, "p", { tags: [`${id}-tag`] });
      await render(a, entry, value);
      await a.revalidateTag([`${id}-tag`]);
      await render(a, entry, value);
      await a.revalidateTag([`${id}-tag`]);
      await assertMissEverywhere([b, a], entry);
      await render(b, entry, value);
      await assertFreshEverywhere([a, b], entry, value);
    },
  },
  {
    name: "fetch_that_was_stored_with_another_tag_is_a_miss_too",
    promise: "Any event for one of the entry's tags (its own, ctx.tags, ctx.softTags)",
    beyondNext: "Next's own handler looks at the tags of the get alone",
    async run({ id, a, b }) {
      await a.set(fetched(id, { tags: [`${id}-stored`] }), response("data"));
      const asked = fetched(id, { tags: [`${id}-asked`] });
      await assertFreshEverywhere([b, a], asked, response("data"));
      await b.revalidateTag([`${id}-stored`]);
      await assertMissEverywhere([a, b], asked);
    },
  },
  {
    name: "render_of_an_instance_whose_clock_is_behind_is_fresh",
    promise: "order is the log's version, never a clock",
    on: ({ major }) => major >= 16,
    withoutControl: "it takes two clocks",
    async run({ id, a, b, next }) {
      const [entry, value] = [page(`/${id}`), appPage(next, "p", { tags: [`${id}-tag`] })];
      const tagged = fetched(id, { tags: [`${id}-tag`] });
      await b.revalidateTag([`${id}-tag`]);
      await b.call("noteExpired", null, `${id}-tag`, Date.now() + 500);
      await render(a, entry, value);
      await render(a, tagged, response("data"));
      await pause(700);
      await assertFreshEverywhere([b, a], entry, value);
      await assertFreshEverywhere([b, a], tagged, response("data"));
    },
  },
  pagesPath("revalidated_path_of_the_pages_router_is_a_miss", (next) => pages(next, "p")),
  pagesPath("revalidated_not_found_of_the_pages_router_is_a_miss", () => null),
  pagesPath("revalidated_redirect_of_the_pages_router_is_a_miss", () => redirect("/there")),
  {
    name: "revalidated_index_of_the_pages_router_is_a_miss",
    promise: PAGES_PATHS,
    beyondNext: NO_PATH_TAGS,
    async run({ a, b, next }) {
      await a.set(pagesPage("/"), pages(next, "index"));
      await assertFreshEverywhere([a, b], pagesPage("/"), pages(next, "index"));
      await b.revalidateTag(["_N_T_/"]);
      await assertMissEverywhere([a, b], pagesPage("/"));
    },
  },
];

/** @param {Next} next */
function notesOnce({ major }) {
  return major === 15 ? "Next 15's own handler notes only the first revalidation of a tag" : undefined;
}

/**
 * @param {string} name
 * @param {(id: string) => Entry} entryOf
 * @param {(next: Next, tags: string[]) => any} make
 * @returns {Check}
 */
function isMissed(name, entryOf, make) {
  return {
    name,
    promise: HONOURED,
    async run({ id, a, b, next }) {
      const [entry, tags] = [entryOf(id), ["_N_T_/layout", `${id}-tag`]];
      await a.set(entry, make(next, tags));
      await assertFreshEverywhere([a, b], entry, make(next, tags));
      await a.revalidateTag([`${id}-tag`]);
      await assertMissEverywhere([b, a], entry);
      await render(b, entry, make(next, tags));
      await assertFreshEverywhere([a, b], entry, make(next, tags));
    },
  };
}

/**
 * @param {string} name
 * @param {(id: string) => Entry} entryOf
 * @param {(next: Next, tags: string[]) => any} make
 * @returns {Check}
 */
function late(name, entryOf, make) {
  return {
    name,
    promise: "an entry whose render began before a revalidation is never served after it, whenever it was stored",
    beyondNext: "Next's own handler stamps an entry when it is stored",
    async run({ id, a, b, next }) {
      const entry = entryOf(id);
      const request = a.request();
      assert.equal((await request.get(entry)).status, "miss");
      await b.revalidateTag([`${id}-tag`]);
      await request.set(entry, make(next, [`${id}-tag`]));
      await assertMissEverywhere([a, b], entry);
      await render(b, entry, make(next, [`${id}-tag`]));
      await assertFreshEverywhere([b, a], entry, make(next, [`${id}-tag`]));
    },
  };
}

/**
 * @param {string} name
 * @param {(next: Next) => any} make
 * @returns {Check}
 */
function pagesPath(name, make) {
  return {
    name,
    promise: PAGES_PATHS,
    beyondNext: NO_PATH_TAGS,
    async run({ id, a, b, next }) {
      const [entry, other] = [pagesPage(`/${id}/x`), pagesPage(`/${id}/y`)];
      await a.set(entry, make(next));
      await a.set(other, make(next));
      await assertFreshEverywhere([a, b], entry, make(next));
      await b.revalidateTag([`_N_T_/${id}/x`]);
      await assertMissEverywhere([a, b], entry);
      await assertFreshEverywhere([a, b], other, make(next));
      await render(a, entry, make(next));
      await assertFreshEverywhere([b, a], entry, make(next));
    },
  };
}

/**
 * Bytes that compression does not shrink, other ones for each letter.
 *
 * @param {string} letter
 * @param {number} length
 */
function incompressible(letter, length) {
  const bytes = Buffer.alloc(length);
  let state = letter.charCodeAt(0);
  for (let index = 0; index < length; index += 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    bytes[index] = state >>> 24;
  }
  return bytes;
}
