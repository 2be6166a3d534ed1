// What the build has prerendered: a hit at the first request, and never served after its revalidation.

import assert from "node:assert/strict";
import { act, until } from "../../e2e/browse.mjs";
import { follow, isRenderedAnew, lifetimeOf, visit } from "./pages.mjs";

/** @typedef {import("./check.mjs").Check} Check */

/** @type {Record<string, string>} */
const PREFETCH = { rsc: "1", "next-router-prefetch": "1" };

/** @type {Check[]} */
export const PRERENDERED = [
  {
    name: "the first request of what the build has prerendered is a hit, in both routers",
    async run({ a, b, next }) {
      for (const path of ["/built/one", "/built-route/one", "/old-built/one"]) {
        for (const instance of [a, b]) {
          const page = await visit(instance, path);
          assert.deepEqual([page.status, page.cache], [200, "HIT"], `${path} on ${instance.name}`);
          assert.equal(page.by ?? "the build", "the build");
          assert.match(String(page.cacheControl), lifetimeOf(path, next), path);
        }
      }
    },
  },
  {
    name: "the payload of a prerendered page is a hit, as a navigation and as a prefetch",
    async run({ a, b }) {
      for (const headers of [{ rsc: "1" }, PREFETCH]) {
        for (const instance of [a, b]) {
          const page = await follow(instance, "/built/two", headers);
          assert.deepEqual([page.status, page.cache], [200, "HIT"]);
          assert.equal(page.headers.get("content-type"), "text/x-component");
        }
      }
    },
  },
  {
    name: "a segment of a prerendered page is there for a prefetch",
    on: ({ major }) => major >= 16,
    async run({ a, b }) {
      const headers = { ...PREFETCH, "next-router-segment-prefetch": "/_tree" };
      const segments = [await follow(a, "/built/two", headers), await follow(b, "/built/two", headers)];
      assert.deepEqual(segments.map(({ status, cache }) => [status, cache]), [
        [200, "HIT"],
        [200, "HIT"],
      ]);
      assert.ok(segments[0]?.body.length && segments[0].body.equals(/** @type {Buffer} */ (segments[1]?.body)));
    },
  },
  {
    name: "a prerendered page is not served again once its tag was revalidated, nor its payload or segments",
    async run({ a, b, next }) {
      const built = await visit(b, "/built/one");
      await act(a, "expireTag", "built-one");
      const renewed = await isRenderedAnew({ a, b }, "/built/one", built.render);
      const segment = { ...PREFETCH, "next-router-segment-prefetch": "/built/$d$slug/__PAGE__" };
      for (const headers of [{ rsc: "1" }, ...(next.major >= 16 ? [segment] : [])]) {
        for (const instance of [a, b]) {
          const { status, body } = await follow(instance, "/built/one", headers);
          assert.equal(status, 200);
          assert.ok(!body.includes(String(built.content)), body.toString());
          // Next 14 renders the markup and the payload apart from each other.
          assert.ok(next.major === 14 || body.includes(String(renewed.content)), body.toString());
        }
      }
    },
  },
  {
    name: "a prerendered route handler is not served again once its tag was revalidated",
    beyondNext: ({ major }) => (major === 14 ? "its own handler does not read their tags" : undefined),
    async run({ a, b }) {
      const built = await visit(b, "/built-route/one");
      await act(a, "expireTag", "built-route-one");
      const renewed = await visit(b, "/built-route/one");
      assert.equal(renewed.cache, "MISS");
      assert.notEqual(renewed.headers.get("x-render"), built.headers.get("x-render"));
      assert.deepEqual(renewed.body, built.body);
      const found = await visit(a, "/built-route/one");
      assert.deepEqual([found.cache, found.headers.get("x-render")], ["HIT", renewed.headers.get("x-render")]);
    },
  },
  {
    name: "a revalidated page of a route that takes no other paths is rendered anew, and no 404",
    beyondNext: ({ major }) => (major < 16 ? "it answers with 404" : undefined),
    async run({ a, b }) {
      const { status, render } = await visit(b, "/closed/one");
      assert.equal(status, 200);
      await act(a, "expireTag", "closed-one");
      const renewed = await until("it is rendered anew", async () => {
        const page = await visit(b, "/closed/one");
        assert.equal(page.status, 200);
        return page.render !== render && page;
      });
      assert.equal((await visit(a, "/closed/one")).render, renewed.render);
      assert.equal((await visit(a, "/closed/three")).status, 404);
    },
  },
];
