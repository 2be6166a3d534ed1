// What is asserted of every version, of this package's handler on two instances and of Next's own on one.

import assert from "node:assert/strict";
import { pause } from "../../scripts/demo/processes.mjs";
import { act, until, visit as request } from "../e2e/browse.mjs";

/** @typedef {import("./cluster.mjs").Cluster} Cluster */
/** @typedef {import("./cluster.mjs").Server} Server */
/** @typedef {Cluster & { next: Next }} Context */
/** @typedef {{ major: number, hasImages: boolean, edge: "middleware" | "proxy", hasEdgeRoutes?: boolean }} Next */

/**
 * @typedef {object} Check
 * @property {string} name a fact
 * @property {(context: Context) => Promise<void>} run
 * @property {(next: Next) => boolean} [on] the versions that have what it is about; all, if absent
 * @property {(next: Next) => string | undefined} [beyondNext] why Next's own handler fails it, which the control asserts
 * @property {boolean} [withoutControl] whether it is about what Next's own handler does not have: other instances
 */

/** Longer than the second for which Next itself takes a page of unknown lifetime as fresh. */
const UNKNOWN_LIFETIME_MS = 1_500;
/** Next's own handler compares two clocks; this package's needs no pause. */
const CLOCKS_MS = 50;
/** Next 14 stores what it renders behind the response. */
const STORING_MS = 150;
/** @type {Record<string, string>} */
const PREFETCH = { rsc: "1", "next-router-prefetch": "1" };

/** Of the edge runtime, which Next bundles the handler for. */
/** @type {Check[]} */
export const EDGE_CHECKS = [
  {
    name: "an edge page caches what it fetches, and honours its revalidation",
    run: (context) => cachesWhatItFetches(context, "page"),
  },
  {
    name: "an edge route handler caches what it fetches, and honours its revalidation",
    on: ({ hasEdgeRoutes = true }) => hasEdgeRoutes,
    run: (context) => cachesWhatItFetches(context, "api"),
  },
  {
    name: "the cache works on the edge runtime itself, over the same table",
    withoutControl: true,
    async run({ a, b }) {
      const read = async (/** @type {Server} */ instance) => (await visit(instance, "/api/edge-core")).body.toString();
      assert.equal(await read(a), "nothing");
      const stored = await read(a);
      assert.match(stored, /^[\da-f-]{36}$/);
      assert.equal(await read(b), stored);
      await act(b, "expireTag", "edge-core");
      assert.equal(await read(a), "nothing");
    },
  },
  {
    name: "middleware, or the proxy, runs with the handler in its bundle",
    async run({ a, b, next }) {
      for (const instance of [a, b]) {
        const page = await visit(instance, "/edge/page/passed");
        assert.deepEqual([page.status, page.headers.get("x-passed")], [200, next.edge]);
      }
    },
  },
];

/** In this order: the first are about what no request has come for yet. */
/** @type {Check[]} */
export const CHECKS = [
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
    beyondNext: ({ major }) => (major === 14 ? "its own handler does not read the tags of what is prerendered" : undefined),
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
    name: "a page whose time has passed is served once more, and rendered for both",
    async run({ a, b }) {
      const rendered = await visit(a, "/short/page");
      await pause(2_200);
      await isServedStale({ a, b }, "/short/page", rendered.render);
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
  ...EDGE_CHECKS,
  {
    name: "many visitors of a new page at once, on both, see a page each time",
    withoutControl: true,
    async run({ a, b }) {
      const pages = await Promise.all(Array.from({ length: 16 }, (_, index) => visit(index % 2 ? a : b, "/isr/crowded")));
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

/** @typedef {{ a: Server, b: Server }} Both */

/**
 * @param {Server} instance
 * @param {string} path
 * @param {Record<string, string>} [headers]
 */
export async function visit(instance, path, headers) {
  const page = await request(instance, path, headers);
  if (page.cache === "MISS") {
    await pause(STORING_MS);
  }
  return page;
}

/**
 * What Next says of how long something is fresh. Next 14 says nothing of a route handler.
 *
 * @param {string} path
 * @param {Next} next
 */
function lifetimeOf(path, { major }) {
  const isRouteHandler = path.startsWith("/binary") || path.startsWith("/built-route");
  return major === 14 && isRouteHandler ? /^null$/ : /^s-maxage=(60|3600)\b/;
}

/**
 * @param {Context} context
 * @param {"page" | "api"} kind
 */
async function cachesWhatItFetches({ a, b, origin }, kind) {
  const [path, source] = [`/edge/${kind}/${kind}`, `/edge-${kind}/${kind}`];
  const contents = async () => {
    const pages = [await visit(b, path), await visit(a, path)];
    return pages.map(({ content, body }) => content ?? body.toString());
  };
  assert.deepEqual(await contents(), [`${source} 1`, `${source} 1`]);
  await act(a, "expireTag", `edge-${kind}`);
  await pause(CLOCKS_MS);
  assert.deepEqual(await contents(), [`${source} 2`, `${source} 2`]);
  assert.equal(origin.count(source), 2);
}

/**
 * Both serve the page from the cache.
 *
 * @param {Both} both
 * @param {string} path
 */
async function warm({ a, b }, path) {
  await visit(a, path);
  const pages = [await visit(a, path), await visit(b, path)];
  assert.deepEqual(pages.map(({ cache, render }) => [cache, render]), [
    ["HIT", pages[0]?.render],
    ["HIT", pages[0]?.render],
  ]);
  await pause(CLOCKS_MS);
  return /** @type {import("../e2e/browse.mjs").Page} */ (pages[0]);
}

/**
 * @param {Server} instance
 * @param {string} path
 * @param {import("../e2e/browse.mjs").Page} rendered
 */
async function isHit(instance, path, rendered) {
  const found = await visit(instance, path);
  assert.deepEqual([found.status, found.cache, found.render], [rendered.status, "HIT", rendered.render], path);
  assert.equal(found.cacheControl, rendered.cacheControl, path);
  assert.ok(found.body.equals(rendered.body), `the body of ${path}`);
}

/**
 * The page is rendered anew by B at its next request, and A then serves what B rendered.
 *
 * @param {Both} both
 * @param {string} path
 * @param {string | undefined} old the render before
 */
async function isRenderedAnew({ a, b }, path, old) {
  const renewed = await visit(b, path);
  assert.equal(renewed.status, 200);
  // How Next 16.3 and later name a page for which the request waits, though an old one is there.
  assert.match(String(renewed.cache), /^(MISS|REVALIDATED)$/, path);
  assert.notEqual(renewed.render, old, path);
  await isHit(a, path, renewed);
  return renewed;
}

/**
 * The page is served once more by B while it is rendered anew; soon both serve the new one.
 *
 * @param {Both} both
 * @param {string} path
 * @param {string | undefined} old the render before
 */
async function isServedStale({ a, b }, path, old) {
  const stale = await visit(b, path);
  assert.deepEqual([stale.cache, stale.render], ["STALE", old]);
  const renewed = await until("the page is rendered anew", async () => {
    const page = await visit(b, path);
    return page.render !== old && page;
  });
  assert.equal((await visit(a, path)).render, renewed.render);
}

/**
 * Next sends a request without its cache-busting parameter to where it has one.
 *
 * @param {Server} instance
 * @param {string} path
 * @param {Record<string, string>} headers
 */
async function follow(instance, path, headers) {
  const page = await visit(instance, path, headers);
  const location = page.headers.get("location");
  return page.status === 307 && location ? visit(instance, location, headers) : page;
}

/**
 * Submits the form of the page at this path as it is.
 *
 * @param {Server} instance
 * @param {string} path
 */
async function submit(instance, path) {
  const { body } = await visit(instance, path);
  const fields = new FormData();
  for (const [input] of body.toString().matchAll(/<input[^>]*>/g)) {
    const attribute = (/** @type {string} */ name) => new RegExp(`${name}="([^"]*)"`).exec(input)?.[1];
    fields.set(attribute("name") ?? "", attribute("value") ?? "");
  }
  const response = await fetch(instance.url + path, { method: "POST", body: fields, headers: { origin: instance.url } });
  await response.arrayBuffer();
  assert.equal(response.status, 200);
}
