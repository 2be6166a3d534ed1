// What a visitor does, and what is asserted of what is served.

import assert from "node:assert/strict";
import { pause } from "../../../scripts/demo/processes.mjs";
import { until, visit as request } from "../../e2e/browse.mjs";

/** @typedef {import("../../e2e/browse.mjs").Page} Page */
/** @typedef {import("../cluster.mjs").Server} Server */
/** @typedef {{ a: Server, b: Server }} Both */

/** Next's own handler compares two clocks; this package's needs no pause. */
export const CLOCKS_MS = 50;
/** Next 14 stores what it renders behind the response. */
const STORING_MS = 150;

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
 * @param {import("./check.mjs").Next} next
 */
export function lifetimeOf(path, { major }) {
  const isRouteHandler = path.startsWith("/binary") || path.startsWith("/built-route");
  return major === 14 && isRouteHandler ? /^null$/ : /^s-maxage=(60|3600)\b/;
}

/**
 * Both serve the page from the cache.
 *
 * @param {Both} both
 * @param {string} path
 */
export async function warm({ a, b }, path) {
  await visit(a, path);
  const pages = [await visit(a, path), await visit(b, path)];
  assert.deepEqual(pages.map(({ cache, render }) => [cache, render]), [
    ["HIT", pages[0]?.render],
    ["HIT", pages[0]?.render],
  ]);
  await pause(CLOCKS_MS);
  return /** @type {Page} */ (pages[0]);
}

/**
 * @param {Server} instance
 * @param {string} path
 * @param {Page} rendered
 */
export async function isHit(instance, path, rendered) {
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
export async function isRenderedAnew({ a, b }, path, old) {
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
export async function isServedStale({ a, b }, path, old) {
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
export async function follow(instance, path, headers) {
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
export async function submit(instance, path) {
  const { body } = await visit(instance, path);
  const fields = new FormData();
  for (const [input] of body.toString().matchAll(/<input[^>]*>/g)) {
    const attribute = (/** @type {string} */ name) => new RegExp(`${name}="([^"]*)"`).exec(input)?.[1];
    fields.set(attribute("name") ?? "", attribute("value") ?? "");
  }
  const headers = { origin: instance.url };
  const response = await fetch(instance.url + path, { method: "POST", body: fields, headers });
  await response.arrayBuffer();
  assert.equal(response.status, 200);
}
