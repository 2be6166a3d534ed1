// What one instance renders, the other serves.

import assert from "node:assert/strict";
import { pause } from "../../../scripts/demo/processes.mjs";
import { until } from "../../e2e/browse.mjs";
import { follow, isHit, lifetimeOf, visit, warm } from "./pages.mjs";

/** @typedef {import("./check.mjs").Check} Check */

/** Longer than the second for which Next itself takes a page of unknown lifetime as fresh. */
const UNKNOWN_LIFETIME_MS = 1_500;

/** @type {Check[]} */
export const SHARING = [
  {
    name: "what one renders is a hit on the other, with its lifetime, also seconds later",
    async run({ a, b, next }) {
      for (const path of ["/isr/shared", "/built/three", "/binary/shared", "/old/shared"]) {
        const rendered = await visit(a, path);
        assert.deepEqual([rendered.status, rendered.cache], [200, "MISS"], path);
        await isHit(b, path, rendered);
      }
      await pause(UNKNOWN_LIFETIME_MS);
      for (const path of ["/isr/shared", "/built/three", "/binary/shared", "/old/shared"]) {
        const found = await visit(b, path);
        assert.equal(found.cache, "HIT", path);
        assert.match(String(found.cacheControl), lifetimeOf(path, next), path);
        assert.equal(found.cacheControl, (await visit(a, path)).cacheControl, path);
      }
    },
  },
  {
    name: "visits for seconds on both render a page once",
    async run({ a, b, origin }) {
      for (let time = 0; time < 5; time++) {
        for (const instance of [a, b]) {
          assert.equal((await visit(instance, "/old/steady")).status, 200);
          assert.equal((await visit(instance, "/self/steady")).status, 200);
        }
        await pause(500);
      }
      assert.deepEqual(["/old/steady", "/self/steady"].map(origin.count), [1, 1]);
    },
  },
  {
    name: "the payload of a navigation is shared",
    async run({ a, b }) {
      const rendered = await follow(a, "/isr/payload", { rsc: "1" });
      const found = await follow(b, "/isr/payload", { rsc: "1" });
      assert.deepEqual([found.cache, found.headers.get("content-type")], ["HIT", "text/x-component"]);
      assert.deepEqual(found.body, rendered.body);
    },
  },
  {
    name: "notFound and redirect are shared, in both routers",
    async run({ a, b, origin }) {
      for (const [path, status] of /** @type {[string, number][]} */ ([
        ["/missing/page", 404],
        ["/moved/page", 307],
        ["/old/absent", 404],
        ["/old/moved", 307],
      ])) {
        const rendered = await visit(a, path);
        const found = await visit(b, path);
        assert.deepEqual([rendered.status, found.status, found.cache], [status, status, "HIT"], path);
        // Next 14 renders its 404 page for every notFound of the Pages Router.
        assert.ok(path === "/old/absent" || found.body.equals(rendered.body), path);
      }
      const [moved, again] = [await visit(a, "/old/moved"), await visit(b, "/old/moved")];
      assert.match(String(moved.headers.get("location")), /^\/old\/target\?origin=/);
      assert.equal(again.headers.get("location"), moved.headers.get("location"));
      assert.deepEqual(["/old/absent", "/old/moved"].map(origin.count), [1, 1]);
    },
  },
  {
    name: "a redirect of the App Router keeps its target",
    // The entry that Next 14 caches has no target; a browser goes by the markup.
    on: ({ major }) => major >= 15,
    async run({ a, b }) {
      const targets = [await visit(a, "/moved/target"), await visit(b, "/moved/target")].map(({ headers }) =>
        String(headers.get("location")).split(", ").at(0),
      );
      assert.match(String(targets[0]), /^\/isr\/target\?render=/);
      assert.equal(targets[1], targets[0]);
    },
  },
  {
    name: "draft mode neither reads nor writes the cache",
    async run({ a, b }) {
      const published = await warm({ a, b }, "/draft");
      const { headers } = await visit(a, "/api/draft");
      const cookie = (headers.get("set-cookie") ?? "").split(";")[0] ?? "";
      const drafts = [await visit(a, "/draft", { cookie }), await visit(a, "/draft", { cookie })];
      assert.deepEqual(drafts.map(({ content }) => content), ["draft", "draft"]);
      assert.notEqual(drafts[0]?.render, drafts[1]?.render);
      for (const instance of [a, b]) {
        const page = await visit(instance, "/draft");
        assert.deepEqual([page.cache, page.content, page.render], ["HIT", "published", published.render]);
      }
    },
  },
  {
    name: "an optimized image is shared",
    on: ({ hasImages }) => hasImages,
    async run({ a, b }) {
      const path = "/_next/image?url=%2Fpicture.png&w=64&q=75";
      const rendered = await visit(a, path, { accept: "image/webp" });
      assert.deepEqual([rendered.status, rendered.headers.get("content-type")], [200, "image/webp"]);
      // It is stored behind the response.
      const found = await until("it is a hit", async () => {
        const image = await visit(b, path, { accept: "image/webp" });
        return image.cache === "HIT" && image;
      });
      assert.deepEqual(found.body, rendered.body);
    },
  },
  {
    name: "many visitors of a new page at once, on both, see a page each time",
    withoutControl: true,
    async run({ a, b }) {
      const visitors = Array.from({ length: 16 }, (_, index) => visit(index % 2 ? a : b, "/isr/crowded"));
      const pages = await Promise.all(visitors);
      assert.ok(pages.every(({ status, render }) => status === 200 && render));
      // Both may have rendered it, and each then serves its own copy, which is as good as the other's.
      for (const instance of [a, b]) {
        const settled = await visit(instance, "/isr/crowded");
        assert.equal(settled.cache, "HIT");
        assert.ok(pages.some(({ render }) => render === settled.render));
      }
    },
  },
];
