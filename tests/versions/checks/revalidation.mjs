// What one instance revalidates, the other honours, in the way of each version.

import assert from "node:assert/strict";
import { pause } from "../../../scripts/demo/processes.mjs";
import { act, until } from "../../e2e/browse.mjs";
import { CLOCKS_MS, isRenderedAnew, isServedStale, submit, visit, warm } from "./pages.mjs";

/** @typedef {import("./check.mjs").Check} Check */

/** @type {Check[]} */
export const REVALIDATION = [
  {
    name: "a page whose time has passed is served once more, and rendered for both",
    async run({ a, b }) {
      const rendered = await visit(a, "/short/page");
      await pause(2_200);
      await isServedStale({ a, b }, "/short/page", rendered.render);
    },
  },
  {
    name: "a fetch and an unstable_cache are shared, and revalidated by their tag and by the path of the page",
    async run({ a, b, origin }) {
      for (const kind of ["fetched", "memo"]) {
        const path = `/${kind}/page`;
        const contents = async () => [(await visit(a, path)).content, (await visit(b, path)).content];
        assert.deepEqual(await contents(), [`${path} 1`, `${path} 1`]);
        await act(a, "expireTag", `${kind}-page`);
        await pause(CLOCKS_MS);
        assert.equal((await visit(b, path)).content, `${path} 2`);
        assert.deepEqual(await contents(), [`${path} 2`, `${path} 2`]);
        await act(b, "expirePath", path);
        await pause(CLOCKS_MS);
        assert.deepEqual(await contents(), [`${path} 3`, `${path} 3`]);
        assert.equal(origin.count(path), 3);
      }
    },
  },
  {
    name: "a server action revalidates a tag, and a path",
    async run({ a, b }) {
      for (const [action, slug, subject] of /** @type {["expireTag" | "expirePath", string, string][]} */ ([
        ["expireTag", "by-tag", "isr-by-tag"],
        ["expirePath", "by-path", "/isr/by-path"],
      ])) {
        const { render } = await warm({ a, b }, `/isr/${slug}`);
        await act(a, action, subject);
        await isRenderedAnew({ a, b }, `/isr/${slug}`, render);
      }
    },
  },
  {
    name: "revalidateTag with a profile serves a page, a fetch and an unstable_cache once more",
    on: ({ major }) => major >= 16,
    async run({ a, b }) {
      const { render } = await warm({ a, b }, "/isr/soft");
      await act(a, "staleTag", "isr-soft");
      await isServedStale({ a, b }, "/isr/soft", render);
      for (const kind of ["fetched", "memo"]) {
        const path = `/${kind}/soft`;
        assert.equal((await visit(b, path)).content, `${path} 1`);
        await act(a, "staleTag", `${kind}-soft`);
        assert.equal((await visit(b, path)).content, `${path} 1`);
        await until("it is read anew", async () => (await visit(a, path)).content === `${path} 2`);
      }
    },
  },
  {
    name: "a route handler revalidates a tag, a path and all paths of a route",
    async run({ a, b, next }) {
      const now = next.major >= 16 ? [{ expire: 0 }] : [];
      for (const [what, slug, args] of /** @type {[string, string, unknown[]][]} */ ([
        ["tag", "route-tag", ["isr-route-tag", ...now]],
        ["path", "route-path", ["/isr/route-path"]],
        ["path", "route-all", ["/isr/[slug]", "page"]],
      ])) {
        const { render } = await warm({ a, b }, `/isr/${slug}`);
        const response = await fetch(`${a.url}/api/revalidate-${what}`, { method: "POST", body: JSON.stringify(args) });
        assert.equal(await response.text(), "revalidated");
        // Next 16 answers before its revalidation has run.
        await until(`${what} ${slug} is rendered anew`, async () => (await visit(b, `/isr/${slug}`)).render !== render);
        const [renewed, found] = [await visit(b, `/isr/${slug}`), await visit(a, `/isr/${slug}`)];
        assert.deepEqual([renewed.cache, found.cache, found.render], ["HIT", "HIT", renewed.render]);
      }
    },
  },
  {
    name: "what was read before a revalidation is not served after it, though it was stored later",
    beyondNext: () => "its own handler goes by when an entry was stored",
    async run({ a, b, origin }) {
      const rendering = visit(a, "/slow/late");
      await until("the origin is asked", async () => origin.count("/slow/late") === 1);
      await act(b, "expireTag", "slow-late");
      // Next 14 renders the payload and the markup one after the other, so that its markup may be of newer data.
      assert.equal((await rendering).status, 200);
      const renewed = await visit(b, "/slow/late");
      assert.match(String(renewed.content), /^\/slow\/late [2-9]$/);
      const found = await visit(a, "/slow/late");
      assert.deepEqual([found.cache, found.content], ["HIT", renewed.content]);
    },
  },
  {
    name: "what a request has read before a revalidation is in nothing that a function of it caches after it and others are served",
    beyondNext: () => "its own handler goes by when an entry was stored",
    async run({ a, b, origin }) {
      const rendering = visit(a, "/twice/page");
      await until("it waits", async () => origin.count("/slow/between-page") === 1);
      await act(b, "expireTag", "twice-page");
      // React has given the function what the page had read already.
      const old = (await rendering).content;
      const renewed = await visit(b, "/twice/page");
      assert.notEqual(renewed.content, old);
      assert.equal((await visit(a, "/twice/page")).content, renewed.content);
    },
  },
  {
    name: "an action of a page that revalidates what the page reads makes it be rendered anew once",
    async run({ a, b, origin }) {
      await warm({ a, b }, "/self/page");
      await submit(a, "/self/page");
      await pause(CLOCKS_MS);
      const renders = [];
      for (const instance of [b, a, b, a]) {
        renders.push(await visit(instance, "/self/page"));
      }
      const [renewed, ...later] = renders;
      assert.notEqual(renewed?.content, "/self/page 1");
      for (const page of later) {
        assert.deepEqual([page.cache, page.render], ["HIT", renewed?.render]);
      }
      // Once for the answer to the form, which Next renders dynamically, and once for those who come after it.
      assert.ok(origin.count("/self/page") <= 3, `the origin was asked ${origin.count("/self/page")} times`);
    },
  },
  {
    name: "revalidatePath concerns a page of the Pages Router too",
    beyondNext: () => "entries of the Pages Router have no tags in Next",
    async run({ a, b }) {
      const { render } = await warm({ a, b }, "/old/by-path");
      const other = await warm({ a, b }, "/old/by-path-not");
      await act(a, "expirePath", "/old/by-path");
      await isRenderedAnew({ a, b }, "/old/by-path", render);
      assert.equal((await visit(b, "/old/by-path-not")).render, other.render);
    },
  },
  {
    name: "res.revalidate renders a page of the Pages Router for both",
    async run({ a, b, origin }) {
      await warm({ a, b }, "/old/revalidated");
      const response = await fetch(`${a.url}/api/res-revalidate?path=/old/revalidated`);
      assert.equal(await response.text(), "revalidated");
      for (const instance of [b, a]) {
        const found = await visit(instance, "/old/revalidated");
        assert.deepEqual([found.cache, found.content], ["HIT", "/old/revalidated 2"]);
      }
      assert.equal(origin.count("/old/revalidated"), 2);
    },
  },
];
