// Which instance renders what is due or stale, with `renderLeaseMs`.

import { appPage, appRoute, pages, response } from "../values.mjs";
import { fetched, page, pagesPage, route } from "../words.mjs";
import { assertFresh, assertFreshEverywhere, assertMissEverywhere, assertStale, pause, render } from "./check.mjs";

/** @typedef {import("./check.mjs").Check} Check */
/** @typedef {import("./check.mjs").Context} Context */
/** @typedef {import("../words.mjs").Entry} Entry */
/** @typedef {import("../words.mjs").Next} Next */

const ONE_RENDERS = "One render for all instances";
const NO_LEASES = "Next's own handler has no leases";
/** Longer than any check takes. */
const LONG = { renderLeaseMs: 600_000 };
/** What Next 16 makes of the profile `max`. */
const MAX = { expire: 31_536_000 };

/** @type {Check[]} */
export const checks = [
  dueOnOne("page_that_is_due_is_stale_on_one_instance_alone", page, appPage),
  dueOnOne("route_handler_that_is_due_is_stale_on_one_instance_alone", route, (next, text) => appRoute(next, Buffer.from(text))),
  dueOnOne("pages_router_that_is_due_is_stale_on_one_instance_alone", pagesPage, pages),
  staleOnOne("page_that_is_revalidated_softly_is_stale_on_one_instance_alone", { revalidate: 60 }),
  staleOnOne("page_that_never_revalidates_is_stale_on_one_instance_alone", { revalidate: false }),
  {
    name: "fetch_that_is_due_is_stale_on_every_instance",
    promise: ONE_RENDERS,
    withoutControl: NO_LEASES,
    async run({ id, start }) {
      const [a, b] = await Promise.all([start({ options: LONG }), start({ options: LONG })]);
      const entry = fetched(id, { tags: [`${id}-tag`] });
      await a.set(entry, response("data"));
      await a.revalidateSoftly([`${id}-tag`], MAX);
      for (const instance of [a, b, a]) {
        await assertStale(instance, entry, response("data"));
      }
    },
  },
  {
    name: "lease_that_is_over_is_anothers",
    promise: ONE_RENDERS,
    withoutControl: NO_LEASES,
    async run({ id, start, next }) {
      const short = { options: { renderLeaseMs: 500 } };
      const [a, b] = await Promise.all([start(short), start(short)]);
      const [entry, value] = [page(`/${id}`), appPage(next, "p")];
      await a.set(entry, value, { revalidate: 1 });
      await pause(1_300);
      await assertStale(a, entry, value);
      await pause(700);
      await assertStale(b, entry, value);
    },
  },
];

/**
 * @param {string} name
 * @param {(path: string) => Entry} entryOf
 * @param {(next: Next, text: string) => any} make
 * @returns {Check}
 */
function dueOnOne(name, entryOf, make) {
  return {
    name,
    promise: ONE_RENDERS,
    withoutControl: NO_LEASES,
    async run({ id, start, next }) {
      const [a, b] = await Promise.all([start({ options: LONG }), start({ options: LONG })]);
      const [entry, old] = [entryOf(`/${id}`), make(next, "old")];
      await a.set(entry, old, { revalidate: 1 });
      await pause(1_300);
      await assertStale(b, entry, old);
      await pause(1_300); // Once more its lifetime: what is left to another is fresh each time.
      await assertFresh(a, entry, old);
      await render(b, entry, make(next, "new"), { revalidate: 1 });
      await assertFreshEverywhere([a, b], entry, make(next, "new"));
      await pause(1_300);
      await assertStale(a, entry, make(next, "new"));
      await assertFresh(b, entry, make(next, "new"));
    },
  };
}

/**
 * @param {string} name
 * @param {import("../words.mjs").Lifetime} lifetime
 * @returns {Check}
 */
function staleOnOne(name, lifetime) {
  return {
    name,
    promise: ONE_RENDERS,
    withoutControl: NO_LEASES,
    async run({ id, start, next }) {
      const [a, b] = await Promise.all([start({ options: LONG }), start({ options: LONG })]);
      const [entry, other] = [page(`/${id}`), page(`/${id}/other`)];
      const make = (/** @type {string} */ text) => appPage(next, text, { tags: [`${id}-tag`] });
      await a.set(entry, make("old"), lifetime);
      await a.set(other, make("other"), lifetime);
      await a.revalidateSoftly([`${id}-tag`], MAX);
      await assertStale(a, entry, make("old"));
      // By the other page with this tag both instances have heard of the revalidation.
      await assertStale(b, other, make("other"));
      await assertFreshEverywhere([b, b], entry, make("old"));
      await render(a, entry, make("new"), lifetime);
      await assertFreshEverywhere([a, b], entry, make("new"));
      await b.revalidateTag([`${id}-tag`]);
      await assertMissEverywhere([a, b], entry);
    },
  };
}
