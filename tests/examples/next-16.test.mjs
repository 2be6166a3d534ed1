// examples/next-16, by `npm start`, `npm run second` and `npm run dev`.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { freePort } from "../../scripts/demo/ports.mjs";
import { eventually } from "../integration/instances.mjs";
import { nextExample, npmRun, times } from "./example.mjs";

/** @typedef {Awaited<ReturnType<typeof npmRun>>} Server */

/** @type {import("./example.mjs").Example} */
let example;
/** @type {Server} */
let first;
/** @type {Server} */
let second;

before(async () => {
  example = await nextExample("next-16", "16.4.6");
  const dynamodb = await freePort();
  first = await npmRun(example, "start", { dynamodb });
  second = await npmRun(example, "second", { dynamodb });
});
after(async () => {
  await second?.stop();
  await first?.stop();
});

test("a page that the build did not know is rendered once for both instances", async () => {
  const rendered = await times(first, "/posts/third");
  assert.equal(rendered.times.length, 1, rendered.html);
  // The next one may be under way still.
  await eventually(async () => (await times(second, "/posts/third")).times[0] === rendered.times[0], "the second has it");
});

test("the webhook of one instance revalidates both, for whoever has the secret", async () => {
  const before = await times(second, "/posts/first");
  const body = JSON.stringify({ tag: "posts" });
  const call = (/** @type {string} */ secret) =>
    fetch(`${first.url}/api/revalidate`, { method: "POST", body, headers: { authorization: `Bearer ${secret}` } });
  assert.equal((await call("guessed")).status, 401);
  assert.deepEqual((await times(second, "/posts/first")).times, before.times);
  assert.deepEqual(await (await call("secret")).json(), { revalidated: "posts" });
  // In Next 16 a route handler's revalidation goes on after the response was sent.
  await eventually(async () => (await times(second, "/posts/first")).times[0] !== before.times[0], "the second renders");
});

test("the first button renders the list anew for the next visitor, on both instances", async () => {
  const before = await times(first, "/");
  await press(first, "Revalidate now");
  const [here, there] = [await times(first, "/"), await times(second, "/")];
  assert.notEqual(here.times[0], before.times[0]);
  assert.deepEqual(there.times, here.times);
});

test("the second button renders it anew behind a visit", async () => {
  const before = await times(second, "/");
  await press(first, "Revalidate behind the next visit");
  await eventually(async () => (await times(second, "/")).times[0] !== before.times[0], "it is new");
});

test("npm run dev serves the pages, with a table too", async () => {
  await second.stop();
  await first.stop();
  const dev = await npmRun(example, "dev", { dynamodb: await freePort() });
  try {
    assert.equal((await times(dev, "/posts/first")).status, 200);
    assert.equal((await times(dev, "/")).times.length, 2);
    assert.doesNotMatch(dev.output(), /nextjs-dynamodb-cache\]/);
  } finally {
    await dev.stop();
  }
});

/**
 * What a browser without JavaScript sends when a button is pressed.
 *
 * @param {Server} server
 * @param {string} label
 */
async function press({ url }, label) {
  const html = await (await fetch(url)).text();
  const [, name = ""] = new RegExp(`<button[^>]*name="([^"]*)"[^>]*>${label}<`).exec(html) ?? [];
  assert.ok(name, html);
  const body = new FormData();
  body.set(name, "");
  const response = await fetch(url, { method: "POST", body });
  assert.equal(response.status, 200);
  await response.text();
}
