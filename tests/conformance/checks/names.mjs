// Keys and tags of any characters, any length and any number.

import { appPage, response } from "../values.mjs";
import { fetched, page } from "../words.mjs";
import { assertFresh, assertFreshEverywhere, assertMiss, assertMissEverywhere, render } from "./check.mjs";

/** @typedef {import("./check.mjs").Check} Check */

const INJECTIVE = "no cache key, tag or prefix that a user can choose collides with another row";
const ANY_TAGS = "entries with more than 100 tags";

/** Names that an encoding without care would mix up, lose, or take for something of its own. */
const ODD_NAMES = [
  "plain",
  "Plain",
  "pla in",
  "pla+in",
  "pla%20in",
  "pla%2Fin",
  "pla/in",
  "pla//in",
  "/plain",
  "plain/",
  "a/../plain",
  "a/./plain",
  "é",
  "e\u0301",
  "%C3%A9",
  "ß",
  "日本語",
  "👩‍👩‍👧",
  "a#b",
  "a#",
  "#b",
  "a:b",
  "a|b",
  "a\\b",
  "a'b\"c`d",
  "a\tb",
  "a\nb",
  "a\u0000b",
  "a\u0000",
  "\ud800",
  "\ud801",
  "\udfff",
  "__tag__plain",
  "__tag__plain__plain",
  "__part__1__1__plain",
  "__revalidations__",
  "__revalidated__plain",
  "constructor",
  "__proto__",
  "~",
  "~plain",
  "%",
  "*",
  "?a=1&b=2",
  " ",
];

/** @type {Check[]} */
export const checks = [
  {
    name: "odd_keys_are_told_apart",
    promise: INJECTIVE,
    async run({ id, a, b }) {
      const entries = ODD_NAMES.map((name) => fetched(`${id}${name}`));
      await Promise.all(entries.map((entry) => a.set(entry, response(entry.key))));
      for (const entry of entries) {
        await assertFreshEverywhere([b, a], entry, response(entry.key));
      }
    },
  },
  {
    name: "odd_keys_that_start_like_rows_of_the_table_are_entries",
    promise: INJECTIVE,
    async run({ id, a, b }) {
      const keys = ["__revalidations__", `__revalidated__${id}-tag`, `__tag__${id}-tag__${id}`, `__part__1__0__${id}`];
      const entries = keys.map((key) => fetched(key, { tags: [`${id}-tag`] }));
      for (const entry of entries) {
        await a.set(entry, response(entry.key));
      }
      await b.revalidateTag([`${id}-other`]);
      for (const entry of entries) {
        await assertFreshEverywhere([b, a], entry, response(entry.key));
      }
      await b.revalidateTag([`${id}-tag`]);
      for (const entry of entries) {
        await assertMissEverywhere([a, b], entry);
      }
    },
  },
  {
    name: "odd_tags_are_told_apart",
    promise: INJECTIVE,
    async run({ id, a, b }) {
      const tags = ODD_NAMES.map((name) => `${id}${name}`);
      const entries = tags.map((tag, index) => fetched(`${id}-${index}`, { tags: [tag] }));
      await Promise.all(entries.map((entry) => a.set(entry, response(entry.key))));
      // Every second one is revalidated; the others stay.
      await b.revalidateTag(tags.filter((_, index) => index % 2 === 0));
      for (const [index, entry] of entries.entries()) {
        if (index % 2 === 0) {
          await assertMissEverywhere([a, b], entry);
        } else {
          await assertFreshEverywhere([a, b], entry, response(entry.key));
        }
      }
    },
  },
  {
    name: "long_keys_are_told_apart_by_their_last_character",
    promise: "keys over DynamoDB's 2048 bytes are hashed",
    async run({ id, a, b }) {
      for (const length of [900, 1_500, 2_000, 2_048, 2_049, 16_384]) {
        const long = `${id}${"k".repeat(length)}`;
        const entries = ["a", "b", "\ud800", "\ud801"].map((end) => fetched(long + end));
        for (const entry of entries) {
          await a.set(entry, response(entry.key.slice(-1)));
        }
        for (const entry of entries) {
          await assertFresh(b, entry, response(entry.key.slice(-1)));
        }
        await assertMiss(a, fetched(`${long}c`));
      }
    },
  },
  {
    name: "page_with_a_long_path_is_kept_and_revalidated",
    promise: "tags and paths of any characters and length",
    async run({ id, a, b, next }) {
      const path = `/${id}/${"segment/".repeat(250)}end`;
      const value = appPage(next, "long", { tags: [`_N_T_${path}`] });
      await a.set(page(path), value);
      await assertFreshEverywhere([a, b], page(path), value);
      await b.revalidateTag([`_N_T_${path}`]);
      await assertMissEverywhere([a, b], page(path));
    },
  },
  {
    name: "long_tags_are_told_apart_by_their_last_character",
    promise: "tags and paths of any characters and length",
    async run({ id, a, b }) {
      for (const length of [256, 1_024, 2_048, 16_384]) {
        const long = `${id}${"t".repeat(length)}`;
        const here = fetched(`${id}-${length}-a`, { tags: [`${long}a`] });
        const there = fetched(`${id}-${length}-b`, { tags: [`${long}b`] });
        await a.set(here, response("here"));
        await a.set(there, response("there"));
        await b.revalidateTag([`${long}a`]);
        await assertMissEverywhere([a, b], here);
        await assertFreshEverywhere([a, b], there, response("there"));
      }
    },
  },
  manyTags(128),
  manyTags(150),
  manyTags(400),
  {
    name: "one_call_revalidates_many_tags",
    promise: ANY_TAGS,
    async run({ id, a, b }) {
      const tags = Array.from({ length: 150 }, (_, index) => `${id}-${index}`);
      const entries = [0, 75, 149].map((index) => fetched(`${id}-${index}`, { tags: [`${id}-${index}`] }));
      for (const entry of entries) {
        await a.set(entry, response("data"));
      }
      await b.revalidateTag(tags);
      for (const entry of entries) {
        await assertMissEverywhere([a, b], entry);
      }
    },
  },
];

/**
 * @param {number} count
 * @returns {Check}
 */
function manyTags(count) {
  return {
    name: `page_with_${count}_tags_is_found_by_each`,
    promise: ANY_TAGS,
    async run({ id, a, b, next }) {
      const tags = Array.from({ length: count }, (_, index) => `${id}-tag-${index}`);
      const value = appPage(next, "many", { tags });
      for (const index of [0, Math.floor(count / 2), count - 1]) {
        await render(a, page(`/${id}`), value);
        await assertFreshEverywhere([a, b], page(`/${id}`), value);
        await b.revalidateTag([`${id}-tag-${index}`]);
        await assertMissEverywhere([a, b], page(`/${id}`));
      }
    },
  };
}
