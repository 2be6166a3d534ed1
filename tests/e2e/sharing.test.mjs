// What one instance renders, the other serves.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { startEmulator } from "../emulators.mjs";
import { pause } from "../../scripts/demo/processes.mjs";
import { events, until, visit } from "./browse.mjs";
import { EMULATORS, startCluster } from "./cluster.mjs";

/** Longer than the second for which Next itself takes a page of unknown lifetime as fresh. */
const UNKNOWN_LIFETIME_MS = 1_500;
const CACHE_CONTROL = "s-maxage=60, stale-while-revalidate=31535940";

for (const emulator of EMULATORS) {
  describe(`two instances share one cache, over ${emulator}`, () => {
    /** @type {Awaited<ReturnType<typeof startCluster>>} */
    let cluster;
    before(async () => (cluster = await startCluster(await startEmulator(emulator))));
    after(() => cluster?.end());

    it("the first request of a prerendered page is a hit on the build's output", async () => {
      for (const instance of [cluster.a, cluster.b]) {
        const page = await visit(instance, "/prerendered");
        assert.deepEqual([page.status, page.cache, page.by], [200, "HIT", "the build"]);
      }
    });

    it("a page rendered by one is a hit on the other, for as long as it is fresh", async () => {
      const rendered = await visit(cluster.a, "/isr/shared");
      assert.deepEqual([rendered.status, rendered.cache, rendered.by], [200, "MISS", "A"]);
      const found = await visit(cluster.b, "/isr/shared");
      assert.deepEqual([found.cache, found.render, found.cacheControl], ["HIT", rendered.render, CACHE_CONTROL]);
      assert.deepEqual(found.body, rendered.body);
      await pause(UNKNOWN_LIFETIME_MS);
      const later = await visit(cluster.b, "/isr/shared");
      assert.deepEqual([later.cache, later.render, later.cacheControl], ["HIT", rendered.render, CACHE_CONTROL]);
    });

    it("a page whose time has passed is served stale by the other, which renders it for both", async () => {
      const rendered = await visit(cluster.a, "/short/page");
      await pause(2_100);
      const stale = await visit(cluster.b, "/short/page");
      assert.deepEqual([stale.cache, stale.render], ["STALE", rendered.render]);
      const renewed = await until("it is rendered anew", async () => {
        const page = await visit(cluster.b, "/short/page");
        return page.render !== rendered.render && page;
      });
      assert.equal(renewed.by, "B");
      assert.equal((await visit(cluster.a, "/short/page")).render, renewed.render);
    });

    it("its RSC payload is shared too", async () => {
      const headers = { rsc: "1" };
      // Next sends a request without its cache-busting parameter to where it has one.
      const location = (await visit(cluster.a, "/isr/payload", headers)).headers.get("location") ?? "/isr/payload";
      const rendered = await visit(cluster.a, location, headers);
      const found = await visit(cluster.b, location, headers);
      assert.equal(found.headers.get("content-type"), "text/x-component");
      assert.deepEqual([found.cache, found.body], ["HIT", rendered.body]);
    });

    it("a binary body keeps every byte", async () => {
      const rendered = await visit(cluster.a, "/binary/bytes");
      const found = await visit(cluster.b, "/binary/bytes");
      const expected = Buffer.from(Uint8Array.from({ length: 4096 }, (_, index) => index % 256));
      assert.deepEqual([rendered.cache, found.cache], ["MISS", "HIT"]);
      assert.deepEqual(found.body, expected);
      assert.equal(found.headers.get("x-render"), rendered.headers.get("x-render"));
      assert.equal(found.headers.get("content-type"), "image/x-nothing");
    });

    it("a notFound of the App Router is shared", async () => {
      const rendered = await visit(cluster.a, "/missing/page");
      const found = await visit(cluster.b, "/missing/page");
      assert.deepEqual([rendered.status, found.status, found.cache], [404, 404, "HIT"]);
      assert.deepEqual(found.body, rendered.body);
    });

    it("a redirect of the App Router is shared", async () => {
      const rendered = await visit(cluster.a, "/moved/page");
      const found = await visit(cluster.b, "/moved/page");
      assert.deepEqual([rendered.status, found.status, found.cache], [307, 307, "HIT"]);
      const [renderedTo, foundTo] = [rendered, found].map(({ headers }) => headers.get("location")?.split(", ")[0]);
      assert.match(String(renderedTo), /^\/isr\/page\?render=/);
      assert.equal(foundTo, renderedTo);
    });

    it("a page of the Pages Router is shared", async () => {
      const rendered = await visit(cluster.a, "/old/page");
      const found = await visit(cluster.b, "/old/page");
      assert.deepEqual([rendered.cache, found.cache, found.cacheControl], ["MISS", "HIT", CACHE_CONTROL]);
      assert.equal(found.render, rendered.render);
      assert.equal(cluster.origin.count("/old/page"), 1);
    });

    it("its data for a client-side navigation are shared too", async () => {
      const { body, content } = await visit(cluster.a, "/old/navigated");
      const build = /"buildId":"([^"]+)"/.exec(body.toString())?.[1];
      const found = await visit(cluster.b, `/_next/data/${build}/old/navigated.json`);
      assert.equal(found.cache, "HIT");
      assert.equal(JSON.parse(found.body.toString()).pageProps.data, content);
      assert.equal(cluster.origin.count("/old/navigated"), 1);
    });

    it("a notFound of the Pages Router is shared, though its value is null", async () => {
      const rendered = await visit(cluster.a, "/old/absent");
      const found = await visit(cluster.b, "/old/absent");
      assert.deepEqual([rendered.status, found.status, found.cache], [404, 404, "HIT"]);
      assert.equal(cluster.origin.count("/old/absent"), 1);
    });

    it("a redirect of the Pages Router is shared", async () => {
      const rendered = await visit(cluster.a, "/old/moved");
      const found = await visit(cluster.b, "/old/moved");
      assert.deepEqual([rendered.status, found.status, found.cache], [307, 307, "HIT"]);
      assert.equal(found.headers.get("location"), rendered.headers.get("location"));
      assert.equal(cluster.origin.count("/old/moved"), 1);
    });

    it("a page of 1.5 MB, over DynamoDB's item limit, is shared whole", async () => {
      const rendered = await visit(cluster.a, "/large/page");
      assert.ok(rendered.body.length > 1_500_000, `it has ${rendered.body.length} bytes`);
      const found = await visit(cluster.b, "/large/page");
      assert.deepEqual([rendered.cache, found.cache], ["MISS", "HIT"]);
      assert.ok(found.body.equals(rendered.body), "the bodies differ");
    });

    it("a path of odd characters has its own entry", async () => {
      const odd = `/odd/${encodeURIComponent("ä ö%|__日本🗺️")}`;
      const rendered = await visit(cluster.a, odd);
      const other = await visit(cluster.a, `/odd/${encodeURIComponent("ä ö%|__日本")}`);
      const found = await visit(cluster.b, odd);
      assert.deepEqual([rendered.status, rendered.cache, found.cache], [200, "MISS", "HIT"]);
      assert.equal(found.render, rendered.render);
      assert.notEqual(other.render, rendered.render);
    });

    it("a fetch of one is a hit on the other", async () => {
      const first = await visit(cluster.a, "/fetched/shared");
      const second = await visit(cluster.b, "/fetched/shared");
      assert.equal(first.content, "/fetched/shared 1");
      assert.equal(second.content, first.content);
      assert.notEqual(second.render, first.render);
      assert.equal(cluster.origin.count("/fetched/shared"), 1);
    });

    it("a fetch of 3 MB, over what Next's own cache takes, is shared too", async () => {
      await visit(cluster.a, "/fetched/large");
      await until("it is stored, behind the response", async () =>
        (await events(cluster.a)).some(({ type, kind, bytes = 0 }) => type === "set" && kind === "FETCH" && bytes > 3_000_000),
      );
      const { content } = await visit(cluster.b, "/fetched/large");
      assert.match(String(content), /^\/fetched\/large 1\n/);
      assert.equal(cluster.origin.count("/fetched/large"), 1);
    });

    it("an unstable_cache of one is a hit on the other", async () => {
      const first = await visit(cluster.a, "/memo/shared");
      const second = await visit(cluster.b, "/memo/shared");
      assert.equal(first.content, "/memo/shared 1");
      assert.equal(second.content, first.content);
      assert.equal(cluster.origin.count("/memo/shared"), 1);
    });

    it("many visitors of a new page at once, on both, see a page each time", async () => {
      const instances = [cluster.a, cluster.b];
      const pages = await Promise.all(Array.from({ length: 24 }, (_, n) => visit(instances[n % 2], "/isr/crowded")));
      assert.ok(pages.every(({ status, render }) => status === 200 && render));
      const settled = await visit(cluster.a, "/isr/crowded");
      assert.ok(pages.some(({ render }) => render === settled.render));
    });

    it("a restart keeps the cache", async () => {
      const rendered = await visit(cluster.a, "/isr/kept");
      await cluster.stop(cluster.a);
      await cluster.stop(cluster.b);
      [cluster.a, cluster.b] = await Promise.all([cluster.start("A"), cluster.start("B")]);
      for (const instance of [cluster.a, cluster.b]) {
        const found = await visit(instance, "/isr/kept");
        assert.deepEqual([found.cache, found.render], ["HIT", rendered.render]);
      }
    });
  });
}
