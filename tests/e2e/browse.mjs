// What a visitor, and an editor who revalidates, do with an instance.

import assert from "node:assert/strict";
import { pause } from "../../scripts/demo/processes.mjs";

/** @typedef {{ url: string }} Instance */

/**
 * @typedef {object} Page
 * @property {number} status
 * @property {string | null} cache x-nextjs-cache
 * @property {string | null} cacheControl
 * @property {Headers} headers
 * @property {Buffer} body
 * @property {string | undefined} render which render it shows
 * @property {string | undefined} by which instance rendered it
 * @property {string | undefined} content
 */

/**
 * @param {Instance} instance
 * @param {string} path
 * @param {Record<string, string>} [headers]
 * @returns {Promise<Page>}
 */
export async function visit({ url }, path, headers = {}) {
  const response = await fetch(url + path, { headers, redirect: "manual" });
  const body = Buffer.from(await response.arrayBuffer());
  const html = body.toString();
  const attribute = (/** @type {string} */ name) => new RegExp(`data-${name}="([^"]*)"`).exec(html)?.[1];
  return {
    status: response.status,
    cache: response.headers.get("x-nextjs-cache"),
    cacheControl: response.headers.get("cache-control"),
    headers: response.headers,
    body,
    render: attribute("render"),
    by: attribute("by"),
    content: attribute("content"),
  };
}

/**
 * Submits the form of a server action, as a browser without JavaScript does. Next answers when the action, and what it
 * revalidated, is done.
 *
 * @param {Instance} instance
 * @param {"expirePath" | "expireTag" | "staleTag"} action
 * @param {string} subject
 */
export async function act(instance, action, subject) {
  const { body } = await visit(instance, "/actions");
  const form = new RegExp(`<form[^>]*id="${action}".*?</form>`, "s").exec(body.toString())?.[0] ?? "";
  const id = /name="(\$ACTION_ID_[^"]+)"/.exec(form)?.[1];
  assert.ok(id, `the form ${action} has no action id`);
  const fields = new FormData();
  fields.set(id, "");
  fields.set("subject", subject);
  const response = await fetch(`${instance.url}/actions`, {
    method: "POST",
    body: fields,
    headers: { origin: instance.url },
    redirect: "manual",
  });
  await response.arrayBuffer();
  assert.ok(response.status < 400, `the action ${action} answered ${response.status}`);
  await settled(instance);
}

/** Next tells the handler of an action's revalidation once more when it has rendered the response, and does not wait. */
const QUIET_MS = 400;

/**
 * Waits until the instance's handler reports no more revalidation.
 *
 * @param {Instance} instance
 */
async function settled(instance) {
  const reported = async () => (await events(instance)).findLast(({ tags }) => tags !== undefined)?.number;
  for (let last = await reported(), before; last !== before; ) {
    before = last;
    await pause(QUIET_MS);
    last = await reported();
  }
}

/**
 * Has a route handler revalidate. Next answers before the handler's revalidateTag has run, so its report is waited for.
 *
 * @param {Instance} instance
 * @param {"tag" | "path"} what
 * @param {unknown[]} args of revalidateTag or revalidatePath
 */
export async function revalidate(instance, what, ...args) {
  const before = (await events(instance)).at(-1)?.number ?? 0;
  const response = await fetch(`${instance.url}/api/revalidate-${what}`, { method: "POST", body: JSON.stringify(args) });
  assert.equal(await response.text(), "revalidated");
  await until("the handler reports the revalidation", async () =>
    (await events(instance)).some(({ number, type }) => number > before && type === "revalidate"),
  );
}

/**
 * What the instance's handler has reported through `onEvent`.
 *
 * @param {Instance} instance
 * @returns {Promise<(import("../../types/index.d.ts").CacheEvent & { number: number })[]>}
 */
export async function events({ url }) {
  return (await fetch(`${url}/api/events`)).json();
}

/**
 * Waits for what happens behind a response.
 *
 * @template T
 * @param {string} what
 * @param {() => Promise<T | false>} look
 * @param {number} [timeoutMs]
 * @returns {Promise<T>} the first that is truthy
 */
export async function until(what, look, timeoutMs = 10_000) {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const seen = await look();
    if (seen) {
      return seen;
    }
    assert.ok(performance.now() < deadline, `not within ${timeoutMs / 1000} s: ${what}`);
    await pause(50);
  }
}
