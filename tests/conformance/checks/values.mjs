// Every kind of value comes back as it went in, with its exact JavaScript types.

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { appPage, appRoute, pages, redirect, response } from "../values.mjs";
import { fetched, page, pagesPage, route } from "../words.mjs";
import { assertFresh, assertFreshEverywhere } from "./check.mjs";

/** @typedef {import("./check.mjs").Check} Check */
/** @typedef {import("./check.mjs").Context} Context */
/** @typedef {import("../words.mjs").Entry} Entry */
/** @typedef {import("../words.mjs").Next} Next */

const KEEPS_TYPES = "A value keeps every JS type that Next hands over";
const NOT_FOUND = "`{value: null}` is a hit meaning notFound and round-trips";

/** @type {Check[]} */
export const checks = [
  keeps("app_page_keeps_buffers_maps_and_header_lists", "/page", page, (next) =>
    appPage(next, "Grüße 🌍", {
      tags: ["_N_T_/layout"],
      headers: { "set-cookie": ["a=1", "b=2"], "x-number": 3 },
      segmentData: new Map([["/_tree", Buffer.from("tree")]]),
    }),
  ),
  keeps("app_page_without_rsc_status_or_headers_keeps_undefined", "/shell", page, (next) => {
    const body = next.major === 14 ? { pageData: "" } : { rscData: undefined };
    return { ...appPage(next, "shell", { postponed: '{"resume":"\u0000state"}', ...body }), status: undefined, headers: undefined };
  }),
  keeps("app_redirect_keeps_status_and_location", "/moved", page, (next) =>
    appPage(next, "", { status: 307, headers: { location: "/there" } }),
  ),
  keeps("app_page_keeps_binary_segments", "/segments", page, (next) => {
    const segmentData = new Map([
      ["/_tree", Buffer.from([...Array(256).keys()])],
      ["/$d$slug/ö", Buffer.alloc(0)],
    ]);
    return appPage(next, "segments", { segmentData });
  }),
  keeps("route_handler_keeps_every_byte", "/bytes", route, (next) =>
    appRoute(next, Buffer.from([...Array(256).keys()]), { headers: { "content-type": "application/x-unknown" } }),
  ),
  {
    ...keeps("route_handler_keeps_an_empty_body", "/empty", route, (next) =>
      appRoute(next, Buffer.alloc(0), { status: 204, headers: { "set-cookie": ["a=1", "b=2"] } }),
    ),
    beyondNext: ({ version }) => (version === "16.2.6" ? "its own handler refuses entries of size 0" : undefined),
  },
  keeps("pages_router_keeps_props_status_and_headers", "/props", pagesPage, (next) => {
    const pageProps = { nothing: null, list: [1, -0.5, "ü", [], {}], yes: true, "": "", nested: { deep: { deeper: 1e300 } } };
    return pages(next, "props", { pageData: { pageProps, __N_SSG: true }, status: 410, headers: { "x-a": "b" } });
  }),
  keeps("pages_router_without_status_and_headers_keeps_undefined", "/bare", pagesPage, (next) =>
    pages(next, "bare", { status: undefined, headers: undefined }),
  ),
  keeps("pages_router_redirect_is_kept", "/away", pagesPage, () => redirect("/elsewhere?a=ü&b=1")),
  {
    name: "cached_not_found_is_a_hit",
    promise: NOT_FOUND,
    async run({ id, a, b }) {
      const entry = pagesPage(`/${id}`);
      await a.set(entry, null, { revalidate: 60 });
      await assertFreshEverywhere([a, b], entry, null);
    },
  },
  {
    name: "not_found_and_page_replace_each_other",
    promise: NOT_FOUND,
    async run({ id, a, b, next }) {
      const entry = pagesPage(`/${id}`);
      await a.set(entry, pages(next, "there"));
      await assertFresh(b, entry, pages(next, "there"));
      await b.set(entry, null);
      await assertFreshEverywhere([a, b], entry, null);
      await a.set(entry, pages(next, "there again"));
      await assertFreshEverywhere([b, a], entry, pages(next, "there again"));
    },
  },
  keepsFetch("fetch_keeps_its_response", () => response("data with \u0000 and ü")),
  keepsFetch("unstable_cache_keeps_its_json", () => {
    const body = JSON.stringify({ text: "ünïcode \u2028", list: [1, 2, 3] });
    return { kind: "FETCH", data: { headers: {}, body, status: 200, url: "" }, revalidate: 3_600 };
  }),
  keepsFetch("fetch_without_status_keeps_it_absent", () => {
    return { kind: "FETCH", data: { headers: {}, body: "e30=", url: "" }, revalidate: 3_600 };
  }),
  {
    name: "images_are_kept",
    promise: "images with `images.customCacheHandler`",
    on: ({ version }) => version.localeCompare("16.2.0", "en", { numeric: true }) >= 0,
    withoutControl: "without a custom handler the image optimizer has a cache of its own, on disk",
    async run({ id, a, b }) {
      const image = { kind: "IMAGE", buffer: randomBytes(40_000), etag: "e", upstreamEtag: "u", extension: "webp" };
      await a.call("setImage", null, id, image, { cacheControl: { revalidate: 60, expire: undefined } });
      for (const instance of [a, b]) {
        const found = await instance.call("getImage", null, id);
        assert.equal(found.isStale, false);
        assert.deepStrictEqual(found.value, { ...image, revalidate: 60 });
      }
    },
  },
  keeps("page_over_the_item_limit_is_whole", "/large", page, (next) =>
    appPage(next, randomBytes(900_000).toString("base64"), { tags: ["_N_T_/large"] }),
  ),
  keeps("route_handler_with_a_3_mb_body_is_whole", "/download", route, (next) => appRoute(next, randomBytes(3_000_000))),
  {
    name: "strings_of_any_code_units_are_kept",
    promise: KEEPS_TYPES,
    async run({ id, a, b, next }) {
      const text = "\ud800 lone \udfff surrogates \u0000\u007f\u0080\uffff 👩‍👩‍👧";
      const value = pages(next, text, { pageData: { [text]: text } });
      await a.set(pagesPage(`/${id}`), value);
      await assertFreshEverywhere([a, b], pagesPage(`/${id}`), value);
    },
  },
  {
    name: "fields_of_a_later_next_are_kept",
    promise: "a field that a later Next adds round-trips",
    async run({ id, a, b, next }) {
      const parts = new Map([[1, { list: [undefined, null, true, -0, 1.5, Buffer.from("b")] }]]);
      const value = { ...appPage(next, "later"), renderedBy: { parts, nested: new Map([["k", new Map()]]) } };
      await a.set(page(`/${id}`), value);
      await assertFreshEverywhere([a, b], page(`/${id}`), value);
    },
  },
  {
    name: "what_is_given_to_set_is_not_changed",
    promise: "Objects given to `set` are not mutated",
    async run({ id, a, next }) {
      const tags = [`${id}-tag`];
      assert.ok(await a.set(page(`/${id}`), appPage(next, "page", { tags })));
      assert.ok(await a.set(route(`/${id}`), appRoute(next, Buffer.from("route"), { tags })));
      assert.ok(await a.set(pagesPage(`/${id}-pages`), pages(next, "pages")));
      assert.ok(await a.set(fetched(id, { tags }), response("fetch")));
    },
  },
  {
    name: "what_one_get_does_to_a_value_is_not_seen_by_another",
    promise: "give each `get` fresh objects",
    beyondNext: "Next's own handler hands out the object that it keeps",
    async run({ id, a, b, next }) {
      const value = appPage(next, "page", { tags: [`${id}-tag`] });
      await a.set(page(`/${id}`), value);
      for (const instance of [a, b]) {
        await instance.spoil(page(`/${id}`));
        await assertFresh(instance, page(`/${id}`), value);
      }
    },
  },
  {
    name: "reading_again_gives_the_same",
    promise: "an entry read or written stays in a byte-bounded LRU",
    async run({ id, a, b, next }) {
      const value = appPage(next, "page", { tags: [`${id}-tag`] });
      await a.set(page(`/${id}`), value);
      for (let times = 0; times < 5; times += 1) {
        await assertFreshEverywhere([a, b], page(`/${id}`), value);
      }
    },
  },
];

/**
 * @param {string} name
 * @param {string} path
 * @param {(path: string) => Entry} entryAt
 * @param {(next: Next) => any} make
 * @returns {Check}
 */
function keeps(name, path, entryAt, make) {
  return {
    name,
    promise: KEEPS_TYPES,
    async run({ id, a, b, next }) {
      const entry = entryAt(`/${id}${path}`);
      const value = make(next);
      await a.set(entry, value);
      await assertFreshEverywhere([a, b], entry, value);
    },
  };
}

/**
 * @param {string} name
 * @param {() => any} make
 * @returns {Check}
 */
function keepsFetch(name, make) {
  return {
    name,
    promise: KEEPS_TYPES,
    async run({ id, a, b }) {
      const entry = fetched(id, { tags: [`${id}-tag`], softTags: ["_N_T_/layout", `_N_T_/${id}`] });
      await a.set(entry, make());
      await assertFreshEverywhere([a, b], entry, make());
    },
  };
}
