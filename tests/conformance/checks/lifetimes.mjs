// How long an entry lives, on the instance that rendered it and on every other.

import assert from "node:assert/strict";
import { appPage, appRoute, pages, response } from "../values.mjs";
import { fetched, page, pagesPage, route } from "../words.mjs";
import { assertFresh, assertFreshEverywhere, assertStale, pause, render } from "./check.mjs";

/** @typedef {import("./check.mjs").Check} Check */
/** @typedef {import("../words.mjs").Entry} Entry */
/** @typedef {import("../words.mjs").Next} Next */

const LIFETIME_TRAVELS = "Lifetime travels with the entry";

/** Longer than the second that Next assumes for an entry whose lifetime it does not know. */
const OVER_A_SECOND_MS = 1_300;

/** @type {Check[]} */
export const checks = [
  stayFresh("page_stays_fresh_on_the_other_instance", page, (next) => appPage(next, "p"), 60),
  stayFresh("route_handler_stays_fresh_on_the_other_instance", route, (next) => appRoute(next, Buffer.from("r")), 60),
  stayFresh("pages_router_stays_fresh_on_the_other_instance", pagesPage, (next) => pages(next, "p"), 60),
  stayFresh("not_found_stays_fresh_on_the_other_instance", pagesPage, () => null, 60),
  stayFresh("page_that_never_revalidates_stays_fresh", page, (next) => appPage(next, "p"), false),
  {
    ...stayFresh("index_page_stays_fresh_on_the_other_instance", () => page("/"), (next) => appPage(next, "index"), 60),
    beyondNext: forgetsIndexPages,
  },
  {
    ...stayFresh("page_named_index_stays_fresh", (path) => page(`${path}/index`), (next) => appPage(next, "index"), 60),
    beyondNext: forgetsIndexPages,
  },
  {
    name: "lifetime_is_told_with_the_answer_on_every_instance",
    promise: LIFETIME_TRAVELS,
    async run({ id, a, b, next }) {
      const entry = page(`/${id}`);
      await a.set(entry, appPage(next, "p"), { revalidate: 77, expire: 7_700 });
      for (const instance of [a, b]) {
        const { entry: found } = await instance.get(entry);
        assert.equal(next.knowsExpire ? found.cacheControl.revalidate : (found.curRevalidate ?? found.revalidate), 77);
        assert.equal(found.cacheControl?.expire, next.knowsExpire ? 7_700 : undefined);
      }
    },
  },
  {
    name: "lifetime_of_a_new_render_replaces_the_old_one_everywhere",
    promise: LIFETIME_TRAVELS,
    async run({ id, a, b, next }) {
      const entry = page(`/${id}`);
      await a.set(entry, appPage(next, "short"), { revalidate: 1 });
      await assertFreshEverywhere([a, b], entry, appPage(next, "short"));
      await pause(OVER_A_SECOND_MS);
      await assertStale(b, entry, appPage(next, "short"));
      await render(a, entry, appPage(next, "long"), { revalidate: 60 });
      await pause(OVER_A_SECOND_MS);
      await assertFreshEverywhere([b, a], entry, appPage(next, "long"));
    },
  },
  becomeStale("page_is_stale_after_its_revalidate_time", page, (next) => appPage(next, "p")),
  becomeStale("route_handler_is_stale_after_its_revalidate_time", route, (next) => appRoute(next, Buffer.from("r"))),
  becomeStale("pages_router_is_stale_after_its_revalidate_time", pagesPage, (next) => pages(next, "p")),
  {
    name: "fetch_is_stale_after_its_revalidate_time",
    promise: "should be served stale",
    async run({ id, a, b }) {
      const entry = fetched(id, { revalidate: 1 });
      await a.set(entry, response("data", 1));
      await assertFreshEverywhere([a, b], entry, response("data", 1));
      await pause(OVER_A_SECOND_MS);
      for (const instance of [a, b]) {
        await assertStale(instance, entry, response("data", 1));
      }
    },
  },
  {
    name: "fetch_that_never_revalidates_stays_fresh",
    promise: "`expire`/revalidate 4294967294 means never",
    async run({ id, a, b }) {
      // Next's word for `revalidate: false`.
      const entry = fetched(id, { revalidate: 0xfffffffe });
      await a.set(entry, response("data", 0xfffffffe));
      await pause(OVER_A_SECOND_MS);
      await assertFreshEverywhere([a, b], entry, response("data", 0xfffffffe));
    },
  },
  {
    name: "page_past_its_expire_time_is_not_served",
    promise: "DynamoDB deletes late, so deadlines are checked on read",
    on: ({ knowsExpire }) => knowsExpire,
    beyondNext: ({ blocksExpired }) => (blocksExpired ? undefined : "Next honours `expire` from 16.3 on"),
    async run({ id, a, b, next }) {
      const entry = page(`/${id}`);
      await a.set(entry, appPage(next, "p"), { revalidate: 1, expire: 2 });
      await assertFreshEverywhere([a, b], entry, appPage(next, "p"));
      await pause(3_100);
      for (const instance of [a, b]) {
        assert.equal((await instance.get(entry)).status, "miss");
      }
    },
  },
  {
    name: "overwritten_page_is_seen_by_the_other_instance_at_once",
    promise: "`res.revalidate()` of the Pages Router",
    async run({ id, a, b, next }) {
      for (const text of ["first", "second", "third"]) {
        await a.set(pagesPage(`/${id}`), pages(next, text), { revalidate: false });
        await assertFreshEverywhere([b, a], pagesPage(`/${id}`), pages(next, text));
      }
    },
  },
  {
    name: "overwritten_page_with_tags_is_seen_by_the_other_instance_at_once",
    promise: "draft and on-demand revalidation",
    async run({ id, a, b, next }) {
      for (const text of ["first", "second", "third"]) {
        const value = appPage(next, text, { tags: [`${id}-tag`] });
        await render(a, page(`/${id}`), value, { revalidate: false });
        await assertFreshEverywhere([b, a], page(`/${id}`), value);
      }
    },
  },
  {
    name: "overwritten_fetch_is_seen_by_the_other_instance_at_once",
    promise: "DynamoDB stays the authority",
    async run({ id, a, b }) {
      for (const text of ["first", "second", "third"]) {
        await a.set(fetched(id), response(text));
        await assertFreshEverywhere([b, a], fetched(id), response(text));
      }
    },
  },
  {
    name: "entries_outlive_the_instances",
    promise: "they survive deploys and are shared by every instance",
    withoutControl: "Next's own handler keeps them in its process",
    async run({ id, start, next }) {
      const [entry, value] = [page(`/${id}`), appPage(next, "p", { tags: [`${id}-tag`] })];
      const first = await start();
      await first.set(entry, value, { revalidate: 60 });
      await first.stop();
      await pause(OVER_A_SECOND_MS);
      await assertFresh(await start(), entry, value);
    },
  },
];

/** @param {Next} next */
function forgetsIndexPages({ major }) {
  return major === 14 ? "Next 14 notes their lifetimes under one name and looks under another" : undefined;
}

/**
 * @param {string} name
 * @param {(path: string) => Entry} entryAt
 * @param {(next: Next) => any} make
 * @param {number | false} revalidate
 * @returns {Check}
 */
function stayFresh(name, entryAt, make, revalidate) {
  return {
    name,
    promise: LIFETIME_TRAVELS,
    async run({ id, a, b, next }) {
      const entry = entryAt(`/${id}`);
      await a.set(entry, make(next), { revalidate });
      await assertFreshEverywhere([a, b], entry, make(next));
      await pause(OVER_A_SECOND_MS);
      await assertFreshEverywhere([b, a], entry, make(next));
    },
  };
}

/**
 * @param {string} name
 * @param {(path: string) => Entry} entryAt
 * @param {(next: Next) => any} make
 * @returns {Check}
 */
function becomeStale(name, entryAt, make) {
  return {
    name,
    promise: "never `revalidate` alone, which would delete what should be served stale",
    async run({ id, a, b, next }) {
      const entry = entryAt(`/${id}`);
      await a.set(entry, make(next), { revalidate: 1, expire: 3_600 });
      await assertFreshEverywhere([a, b], entry, make(next));
      await pause(OVER_A_SECOND_MS);
      await assertStale(b, entry, make(next));
      await pause(2 * OVER_A_SECOND_MS);
      await assertStale(a, entry, make(next));
      await assertStale(b, entry, make(next));
      await render(b, entry, make(next), { revalidate: 60 });
      await assertFreshEverywhere([a, b], entry, make(next));
    },
  };
}
