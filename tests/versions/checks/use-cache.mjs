// What holds of 'use cache' on this package's handlers, and on Next's own where it is not beyond them.

import assert from "node:assert/strict";
import { pause } from "../../../scripts/demo/processes.mjs";
import { act, events, until, visit } from "../../e2e/browse.mjs";

/** @typedef {import("../cluster.mjs").Server} Server */
/** @typedef {import("../cluster.mjs").Cluster & { major: number }} Context */

/**
 * @typedef {object} Check
 * @property {string} name a fact
 * @property {(context: Context) => Promise<void>} run
 * @property {string} [beyondNext] why Next's own handlers fail it, which the control asserts
 * @property {number} [from] the first major that has what it is about; all, if absent
 */

/** Next's own handler compares two clocks; this package's needs no pause. */
const CLOCKS_MS = 50;
/** Below what the origin gives where it is to give much. */
const LARGE_BYTES = 2_900_000;

/** @type {Check[]} */
export const CHECKS = [
  {
    name: "a prerendered page is served as the build made it, at the first request and after",
    async run({ a, b }) {
      for (const path of ["/cached/one", "/cached/two"]) {
        const pages = [await visit(a, path), await visit(b, path), await visit(a, path)];
        for (const page of pages) {
          assert.deepEqual([page.status, page.cache, page.content], [200, "HIT", `${path} by the build`]);
          assert.match(String(page.cacheControl), /^s-maxage=3600\b/);
          assert.equal(page.render, pages[0]?.render);
        }
      }
    },
  },
  {
    name: "a static shell is served as the build made it, with what is dynamic rendered for each request",
    from: 16,
    async run({ a, b }) {
      const pages = [await visit(a, "/part/one"), await visit(b, "/part/one")];
      const dynamic = pages.map(({ body }) => /data-dynamic="([^"]+)"/.exec(body.toString())?.[1]);
      assert.deepEqual(pages.map(({ content }) => content), ["/part/one by the build", "/part/one by the build"]);
      assert.equal(pages[1]?.render, pages[0]?.render);
      assert.ok(dynamic[0] && dynamic[1] && dynamic[0] !== dynamic[1], String(dynamic));
    },
  },
  {
    name: "the segments of a static shell are there for a prefetch",
    from: 16,
    async run({ a, b }) {
      for (const instance of [a, b]) {
        const { status, cache, body } = await prefetch(instance, "/part/two");
        assert.deepEqual([status, cache], [200, "HIT"]);
        assert.ok(body.includes("/part/two by the build"), body.toString());
      }
    },
  },
  {
    name: "a prerendered page is not served again once its tag was revalidated",
    async run(context) {
      await act(context.a, "expireTag", "cached-one");
      await isRenewed(context, "/cached/one", "/cached/one 1");
      const settled = [await visit(context.a, "/cached/one"), await visit(context.b, "/cached/one")];
      assert.deepEqual(settled.map(({ cache }) => cache), ["HIT", "HIT"]);
    },
  },
  {
    name: "a static shell is not served again once its tag was revalidated, nor its segments",
    from: 16,
    async run(context) {
      await act(context.a, "expireTag", "part-one");
      await isRenewed(context, "/part/one", "/part/one 1");
      for (const instance of [context.a, context.b]) {
        const { status, body } = await prefetch(instance, "/part/one");
        assert.equal(status, 200);
        assert.ok(body.includes("/part/one 1"), body.toString());
      }
    },
  },
  {
    name: "a page that the build has not prerendered is rendered once for both, and a hit seconds later",
    async run({ a, b, origin }) {
      const instances = [a, b, a, b, a, b];
      const pages = [];
      for (const instance of instances) {
        pages.push(await visit(instance, "/cached/three"));
        await pause(500);
      }
      for (const { status, content, render } of pages) {
        assert.deepEqual([status, content, render], [200, "/cached/three 1", pages[0]?.render]);
      }
      assert.deepEqual(pages.slice(-2).map(({ cache }) => cache), ["HIT", "HIT"]);
      assert.equal(origin.count("/cached/three"), 1);
    },
  },
  {
    name: "what a function has cached is shared: by default, remotely, nested, and when it is large",
    async run({ a, b, origin, endpoint }) {
      for (const [path, content] of Object.entries({
        "/remote/shared": "/remote/shared 1",
        "/brief/shared": "/brief/shared 1",
        "/nested/shared": "outer of /nested/shared 1",
        "/large/shared": "/large/shared 1",
      })) {
        const first = await visit(a, path);
        // It is stored behind the response.
        await (endpoint && path.includes("large") ? until("it is stored", () => hasStoredLarge(a)) : pause(CLOCKS_MS));
        const pages = [first, await visit(b, path)];
        assert.deepEqual(pages.map((page) => page.content?.split("\n").at(0)), [content, content]);
        assert.notEqual(pages[0]?.render, pages[1]?.render);
        assert.equal(origin.count(path), 1, path);
      }
    },
  },
  {
    name: "a tag that was revalidated is honoured by the other, also by what calls the function that has it",
    async run({ a, b, origin }) {
      for (const [kind, before] of Object.entries({ remote: "", nested: "outer of " })) {
        const path = `/${kind}/tag`;
        const contents = async () => [(await visit(b, path)).content, (await visit(a, path)).content];
        const number = (/** @type {number} */ n) => [`${before}${path} ${n}`, `${before}${path} ${n}`];
        assert.deepEqual(await contents(), number(1));
        await act(a, "expireTag", `${kind}-tag`);
        await pause(CLOCKS_MS);
        assert.deepEqual(await contents(), number(2));
        await act(b, "expireTag", `${kind}-tag`);
        await pause(CLOCKS_MS);
        assert.deepEqual(await contents(), number(3));
        assert.equal(origin.count(path), 3);
      }
    },
  },
  {
    name: "what was read before a revalidation is not served after it, though it was stored later",
    async run({ a, b, origin }) {
      const rendering = visit(a, "/slow/late");
      await until("the origin is asked", async () => origin.count("/slow/late") === 1);
      await act(b, "expireTag", "slow-late");
      assert.equal((await rendering).content, "/slow/late 1");
      assert.equal((await visit(b, "/slow/late")).content, "/slow/late 2");
      assert.equal((await visit(a, "/slow/late")).content, "/slow/late 2");
    },
  },
  {
    name: "a path that was revalidated is honoured by the other",
    async run({ a, b, origin }) {
      assert.equal((await visit(b, "/remote/path")).content, "/remote/path 1");
      await act(a, "expirePath", "/remote/path");
      await pause(CLOCKS_MS);
      assert.equal((await visit(b, "/remote/path")).content, "/remote/path 2");
      assert.equal((await visit(a, "/remote/path")).content, "/remote/path 2");
      assert.equal(origin.count("/remote/path"), 2);
    },
  },
  {
    name: "revalidateTag with a profile serves what is cached once more, and renews it for both",
    from: 16,
    async run({ a, b }) {
      assert.equal((await visit(b, "/remote/soft")).content, "/remote/soft 1");
      await act(a, "staleTag", "remote-soft");
      assert.equal((await visit(b, "/remote/soft")).content, "/remote/soft 1");
      for (const instance of [b, a]) {
        await until("it is renewed", async () => (await visit(instance, "/remote/soft")).content === "/remote/soft 2");
      }
    },
  },
  {
    name: "what is past its revalidate time is served once more, and renewed for both",
    beyondNext: "its own handler lets go of it then",
    async run({ a, b }) {
      assert.equal((await visit(a, "/brief/renewed")).content, "/brief/renewed 1");
      await pause(1_200);
      assert.equal((await visit(b, "/brief/renewed")).content, "/brief/renewed 1");
      const renewed = await until("it is renewed", async () => {
        const { content } = await visit(b, "/brief/renewed");
        return content !== "/brief/renewed 1" && content;
      });
      assert.match(String(renewed), /^\/brief\/renewed [23]$/);
    },
  },
];

/**
 * The segment of the page, as the router prefetches it. Next sends a request without its cache-busting parameter to
 * where it has one.
 *
 * @param {Server} instance
 * @param {string} path
 */
async function prefetch(instance, path) {
  const headers = { rsc: "1", "next-router-prefetch": "1", "next-router-segment-prefetch": "/part/$d$slug/__PAGE__" };
  const page = await visit(instance, path, headers);
  const location = page.headers.get("location");
  return location ? visit(instance, location, headers) : page;
}

/** @param {Server} instance */
async function hasStoredLarge(instance) {
  return (await events(instance)).some(({ type, bytes = 0 }) => type === "set" && bytes > LARGE_BYTES);
}

/**
 * Both come to serve what was rendered after the revalidation, and what was cached before it never again.
 *
 * @param {Context} context
 * @param {string} path
 * @param {string} content
 */
async function isRenewed({ a, b, origin }, path, content) {
  await pause(CLOCKS_MS);
  for (const instance of [b, a, b, a]) {
    const page = await visit(instance, path);
    assert.deepEqual([page.status, page.content], [200, content], instance.name);
  }
  assert.equal(origin.count(path), 1);
}
