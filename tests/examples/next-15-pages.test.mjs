// examples/next-15-pages, by `npm start` and `npm run second`.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { freePort } from "../../scripts/demo/ports.mjs";
import { eventually } from "../integration/instances.mjs";
import { nextExample, npmRun, times } from "./example.mjs";

/** @type {Awaited<ReturnType<typeof npmRun>>} */
let first;
/** @type {Awaited<ReturnType<typeof npmRun>>} */
let second;

before(async () => {
  const example = await nextExample("next-15-pages", "15.5.29");
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
  await eventually(async () => (await times(second, "/posts/third")).times[0] === rendered.times[0], "the second has it");
});

test("a post that is gone is a 404 on both", async () => {
  assert.equal((await times(first, "/posts/gone")).status, 404);
  assert.equal((await times(second, "/posts/gone")).status, 404);
});

test("res.revalidate on one instance overwrites what both serve, for whoever has the secret", async () => {
  const before = await times(second, "/posts/first");
  const call = (/** @type {string} */ secret) =>
    fetch(`${first.url}/api/revalidate?path=/posts/first`, { method: "POST", headers: { authorization: `Bearer ${secret}` } });
  assert.equal((await call("guessed")).status, 401);
  assert.deepEqual((await times(second, "/posts/first")).times, before.times);
  assert.deepEqual(await (await call("secret")).json(), { revalidated: "/posts/first" });
  const [here, there] = [await times(first, "/posts/first"), await times(second, "/posts/first")];
  assert.notEqual(there.times[0], before.times[0]);
  assert.deepEqual(there.times, here.times);
});
