// A moment of the chaos; `npm run chaos` is five minutes.

import assert from "node:assert/strict";
import { test } from "node:test";
import { APPLICATIONS, chaos } from "./chaos.mjs";

for (const name of Object.keys(APPLICATIONS)) {
  test(`what was revalidated is shown to nobody, whatever happens to instances and log: ${name}`, async () => {
    const { violations, ...counts } = await chaos(name, "16.4.6", { seconds: 20 });
    console.log(counts);
    assert.deepEqual(violations, []);
    assert.ok(counts.visits > 100 && counts.revalidations > 10 && counts.losses > 0 && counts.freezes > 1, JSON.stringify(counts));
  });
}
