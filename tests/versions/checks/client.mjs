// The client in what Next bundles: a route handler of Node's, and with the entry `/slim` the edge runtime and middleware.

import assert from "node:assert/strict";
import { isRenderedAnew, warm } from "./pages.mjs";

/** @typedef {import("./check.mjs").Check} Check */
/** @typedef {import("./check.mjs").Context} Context */
/** @typedef {import("../cluster.mjs").Server} Server */

/** @type {Check[]} */
export const CLIENT = [
  {
    name: "a client in a route handler reads what the other's stored, and revalidates what the handlers keep",
    withoutControl: true,
    run: (context) => sharesAndRevalidates(context, "/client", "client"),
  },
];

/** @type {Check[]} */
export const SLIM = [
  {
    name: "a client of /slim in an edge route handler does so too",
    on: ({ hasEdgeRoutes = true }) => hasEdgeRoutes,
    withoutControl: true,
    run: (context) => sharesAndRevalidates(context, "/edge/slim", "slim"),
  },
  {
    name: "a client of /slim in middleware does so too",
    on: ({ edge }) => edge === "middleware",
    withoutControl: true,
    run: (context) => sharesAndRevalidates(context, "/edge/slim-in-middleware", "slim-in-middleware"),
  },
];

/**
 * @param {Context} context
 * @param {string} path of the client
 * @param {string} name of what it may touch
 */
async function sharesAndRevalidates({ a, b }, path, name) {
  const value = { text: `ü of ${name}` };
  assert.equal(await gives(a, path, "get", name), null);
  assert.equal(await gives(a, path, "set", name, value, { tags: [`isr-${name}`], revalidate: 300 }), true);
  for (const instance of [b, a]) {
    assert.deepEqual((await gives(instance, path, "get", name))?.value, value);
  }
  const { render } = await warm({ a, b }, `/isr/${name}`);
  await gives(a, path, "revalidateTag", `isr-${name}`);
  await isRenderedAnew({ a, b }, `/isr/${name}`, render);
  for (const instance of [b, a]) {
    assert.equal(await gives(instance, path, "get", name), null);
    const { operations } = await gives(instance, path, "stats");
    assert.equal(operations.degraded, 0);
  }
}

/**
 * What the client at the path gives.
 *
 * @param {Server} instance
 * @param {string} path
 * @param {string} method
 * @param {unknown[]} args
 */
export async function gives(instance, path, method, ...args) {
  const response = await fetch(instance.url + path, { method: "POST", body: JSON.stringify([method, ...args]) });
  const text = await response.text();
  assert.equal(response.status, 200, text);
  return JSON.parse(text).gave;
}
