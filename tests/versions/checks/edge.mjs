// The edge runtime and the proxy, which Next bundles the handler for.

import assert from "node:assert/strict";
import { pause } from "../../../scripts/demo/processes.mjs";
import { act } from "../../e2e/browse.mjs";
import { CLOCKS_MS, visit } from "./pages.mjs";

/** @typedef {import("./check.mjs").Check} Check */
/** @typedef {import("../cluster.mjs").Server} Server */
/** @typedef {import("./check.mjs").Context} Context */

/** @type {Check[]} */
export const EDGE = [
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
