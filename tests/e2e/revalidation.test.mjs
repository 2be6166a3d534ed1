// What one instance revalidates, the other honours: at the very next request after the call returned.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { pause } from "../../scripts/demo/processes.mjs";
import { startEmulator } from "../emulators.mjs";
import { ODD_TAGS } from "./app/lib/odd-tags.mjs";
import { act, events, revalidate, until, visit } from "./browse.mjs";
import { EMULATORS, startCluster } from "./cluster.mjs";

for (const emulator of EMULATORS) {
  describe(`a revalidation on one instance is honoured by the other, over ${emulator}`, () => {
    /** @type {Awaited<ReturnType<typeof startCluster>>} */
    let cluster;
    before(async () => (cluster = await startCluster(await startEmulator(emulator))));
    after(() => cluster?.end());

    /**
     * Both instances serve the page from the cache.
     *
     * @param {string} path
     */
    async function warm(path) {
      await visit(cluster.a, path);
      const [a, b] = [await visit(cluster.a, path), await visit(cluster.b, path)];
      assert.deepEqual([a.cache, b.cache, b.render], ["HIT", "HIT", a.render]);
      return a;
    }

    /**
     * The page is rendered anew by B, at its next request, and A then serves what B rendered.
     *
     * @param {string} path
     * @param {string | undefined} old the render before
     */
    async function isRenderedAnewByB(path, old) {
      const renewed = await visit(cluster.b, path);
      assert.deepEqual([renewed.status, renewed.cache, renewed.by], [200, "MISS", "B"]);
      assert.notEqual(renewed.render, old);
      const found = await visit(cluster.a, path);
      assert.deepEqual([found.cache, found.render], ["HIT", renewed.render]);
    }

    /**
     * The page is served once more by B while it is rendered anew; soon both serve the new one.
     *
     * @param {string} path
     * @param {string | undefined} old the render before
     */
    async function isServedStaleByB(path, old) {
      const stale = await visit(cluster.b, path);
      assert.deepEqual([stale.cache, stale.render], ["STALE", old]);
      const renewed = await until("the page is rendered anew", async () => {
        const page = await visit(cluster.b, path);
        return page.render !== old && page;
      });
      assert.deepEqual([renewed.cache, renewed.by], ["HIT", "B"]);
      const found = await visit(cluster.a, path);
      assert.deepEqual([found.cache, found.render], ["HIT", renewed.render]);
    }

    it("updateTag in a server action", async () => {
      const { render } = await warm("/isr/update-tag");
      await act(cluster.a, "expireTag", "isr-update-tag");
      await isRenderedAnewByB("/isr/update-tag", render);
    });

    it('revalidateTag(tag, "max") in a server action', async () => {
      const { render } = await warm("/isr/stale-tag");
      await act(cluster.a, "staleTag", "isr-stale-tag");
      await isServedStaleByB("/isr/stale-tag", render);
    });

    it("revalidatePath in a server action", async () => {
      const { render } = await warm("/isr/expire-path");
      await act(cluster.a, "expirePath", "/isr/expire-path");
      await isRenderedAnewByB("/isr/expire-path", render);
    });

    it("revalidateTag(tag, { expire: 0 }) in a route handler", async () => {
      const { render } = await warm("/isr/route-tag");
      await revalidate(cluster.a, "tag", "isr-route-tag", { expire: 0 });
      await isRenderedAnewByB("/isr/route-tag", render);
    });

    it('revalidateTag(tag, "max") in a route handler', async () => {
      const { render } = await warm("/isr/route-stale");
      await revalidate(cluster.a, "tag", "isr-route-stale", "max");
      await isServedStaleByB("/isr/route-stale", render);
    });

    it("revalidateTag(tag, { expire: 2 }): stale at once, and gone when its two seconds have passed", async () => {
      const [soon, late] = [await warm("/isr/expire-soon"), await warm("/isr/expire-late")];
      for (const tag of ["isr-expire-soon", "isr-expire-late"]) {
        await revalidate(cluster.a, "tag", tag, { expire: 2 });
      }
      await isServedStaleByB("/isr/expire-soon", soon.render);
      await pause(2_100);
      await isRenderedAnewByB("/isr/expire-late", late.render);
    });

    it('revalidatePath(route, "page") concerns every page of the route, and no other', async () => {
      const pages = [await warm("/isr/one"), await warm("/isr/two")];
      const other = await warm("/odd/other");
      await revalidate(cluster.a, "path", "/isr/[slug]", "page");
      await isRenderedAnewByB("/isr/one", pages[0].render);
      await isRenderedAnewByB("/isr/two", pages[1].render);
      assert.equal((await visit(cluster.b, "/odd/other")).render, other.render);
    });

    it("a tag that no page has concerns none", async () => {
      const { render } = await warm("/isr/unconcerned");
      await act(cluster.a, "expireTag", "isr-unconcerne");
      const found = await visit(cluster.b, "/isr/unconcerned");
      assert.deepEqual([found.cache, found.render], ["HIT", render]);
    });

    it("an instance honours its own", async () => {
      const { render } = await warm("/isr/own");
      await act(cluster.a, "expireTag", "isr-own");
      const renewed = await visit(cluster.a, "/isr/own");
      assert.deepEqual([renewed.cache, renewed.by], ["MISS", "A"]);
      assert.notEqual(renewed.render, render);
    });

    it("a second one right after the first is honoured as well", async () => {
      const first = await warm("/isr/twice");
      await act(cluster.a, "expireTag", "isr-twice");
      const second = await visit(cluster.b, "/isr/twice");
      assert.notEqual(second.render, first.render);
      await act(cluster.a, "expireTag", "isr-twice");
      await isRenderedAnewByB("/isr/twice", second.render);
    });

    for (const who of /** @type {const} */ (["a", "b"])) {
      it(`one that comes while a page is rendered, from ${who === "a" ? "the same" : "the other"} instance`, async () => {
        const path = `/slow/from-${who}`;
        const rendering = visit(cluster.a, path);
        await until("the origin is asked", async () => cluster.origin.count(path) === 1);
        await act(cluster[who], "expireTag", `slow-from-${who}`);
        assert.equal((await rendering).content, `${path} 1`);
        // Stored after the revalidation, but of data from before it.
        assert.equal((await visit(cluster.b, path)).content, `${path} 2`);
        const found = await visit(cluster.a, path);
        assert.deepEqual([found.cache, found.content], ["HIT", `${path} 2`]);
      });
    }

    it("a prerendered page: the build's output is not served again, by a new process neither", async () => {
      const { by, render } = await warm("/prerendered");
      assert.equal(by, "the build");
      await act(cluster.a, "expireTag", "prerendered");
      const fresh = await cluster.start("C");
      const renewed = await visit(fresh, "/prerendered");
      assert.deepEqual([renewed.cache, renewed.by], ["MISS", "C"]);
      assert.notEqual(renewed.render, render);
      const found = await visit(cluster.b, "/prerendered");
      assert.deepEqual([found.cache, found.render], ["HIT", renewed.render]);
      await cluster.stop(fresh);
    });

    it("a route handler", async () => {
      const rendered = await visit(cluster.a, "/binary/revalidated");
      await act(cluster.a, "expireTag", "binary-revalidated");
      const renewed = await visit(cluster.b, "/binary/revalidated");
      assert.equal(renewed.cache, "MISS");
      assert.notEqual(renewed.headers.get("x-render"), rendered.headers.get("x-render"));
    });

    it("a page of 1.5 MB", async () => {
      const { render } = await warm("/large/revalidated");
      await act(cluster.a, "expirePath", "/large/revalidated");
      await isRenderedAnewByB("/large/revalidated", render);
    });

    it("the last of a page's 150 tags", async () => {
      const { render } = await warm("/many-tags");
      await act(cluster.a, "expireTag", "many-149");
      await isRenderedAnewByB("/many-tags", render);
    });

    for (const tag of ODD_TAGS) {
      it(`the tag ${tag.length > 40 ? `of ${tag.length} characters` : tag}`, async () => {
        const { render } = await warm("/odd/tags");
        await act(cluster.a, "expireTag", tag);
        await isRenderedAnewByB("/odd/tags", render);
      });
    }

    for (const [kind, name] of [
      ["fetched", "a tagged fetch"],
      ["memo", "an unstable_cache"],
    ]) {
      it(`${name}, by updateTag`, async () => {
        const path = `/${kind}/expired`;
        assert.equal((await visit(cluster.b, path)).content, `${path} 1`);
        await act(cluster.a, "expireTag", `${kind}-expired`);
        assert.equal((await visit(cluster.b, path)).content, `${path} 2`);
        assert.equal((await visit(cluster.a, path)).content, `${path} 2`);
        assert.equal(cluster.origin.count(path), 2);
      });

      it(`${name}, by the path of the page that reads it`, async () => {
        const path = `/${kind}/by-path`;
        assert.equal((await visit(cluster.b, path)).content, `${path} 1`);
        await act(cluster.a, "expirePath", path);
        assert.equal((await visit(cluster.b, path)).content, `${path} 2`);
        assert.equal(cluster.origin.count(path), 2);
      });

      it(`${name}, by revalidateTag(tag, "max")`, async () => {
        const path = `/${kind}/stale`;
        assert.equal((await visit(cluster.b, path)).content, `${path} 1`);
        await act(cluster.a, "staleTag", `${kind}-stale`);
        const before = (await events(cluster.b)).at(-1)?.number ?? 0;
        assert.equal((await visit(cluster.b, path)).content, `${path} 1`);
        // Whoever comes before it is stored reads it anew as well.
        const isStored = async () => (await events(cluster.b)).some(({ number, type }) => number > before && type === "set");
        await until("it is read anew", isStored);
        assert.equal((await visit(cluster.a, path)).content, `${path} 2`);
        assert.equal(cluster.origin.count(path), 2);
      });
    }

    it("res.revalidate of the Pages Router", async () => {
      const { render } = await warm("/old/revalidated");
      const response = await fetch(`${cluster.a.url}/api/res-revalidate?path=/old/revalidated`);
      assert.equal(await response.text(), "revalidated");
      const found = await visit(cluster.b, "/old/revalidated");
      assert.deepEqual([found.cache, found.by, found.content], ["HIT", "A", "/old/revalidated 2"]);
      assert.notEqual(found.render, render);
    });

    it("draft mode neither reads nor writes the cache", async () => {
      const published = await warm("/draft");
      const { headers } = await visit(cluster.a, "/api/draft");
      const cookie = (headers.get("set-cookie") ?? "").split(";")[0];
      const before = (await events(cluster.a)).at(-1)?.number ?? 0;
      const drafts = [await visit(cluster.a, "/draft", { cookie }), await visit(cluster.a, "/draft", { cookie })];
      assert.deepEqual(drafts.map(({ content }) => content), ["draft", "draft"]);
      assert.notEqual(drafts[0].render, drafts[1].render);
      const written = (await events(cluster.a)).filter(({ number, type }) => number > before && type === "set");
      assert.deepEqual(written, []);
      for (const instance of [cluster.a, cluster.b]) {
        const page = await visit(instance, "/draft");
        assert.deepEqual([page.cache, page.content, page.render], ["HIT", "published", published.render]);
      }
    });

    it('revalidatePath("/", "layout") concerns every page of the App Router', async () => {
      const paths = ["/isr/everything", "/odd/everything", "/large/everything"];
      const pages = [];
      for (const path of paths) {
        pages.push(await warm(path));
      }
      await revalidate(cluster.a, "path", "/", "layout");
      for (const [index, path] of paths.entries()) {
        await isRenderedAnewByB(path, pages[index]?.render);
      }
    });
  });
}
