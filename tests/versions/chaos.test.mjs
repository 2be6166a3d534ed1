// A moment of the chaos; `npm run chaos` is five minutes.

import assert from "node:assert/strict";
import { test } from "node:test";
import { chaos } from "./chaos.mjs";

for (const [application, trouble] of /** @type {const} */ ([
  ["routers", "losses"],
  ["use-cache", "losses"],
  ["routers", "weather"],
])) {
  test(`what was revalidated is shown to nobody, whatever happens to instances and ${trouble === "losses" ? "log" : "network"}: ${application}`, async () => {
    const { violations, ...counts } = await chaos(application, "16.4.6", { trouble, seconds: 20 });
    console.log(counts);
    assert.deepEqual(violations, []);
    assert.ok(counts.visits > 100 && counts.revalidations > 5 && counts.freezes > 1 && counts.deaths > 0, JSON.stringify(counts));
    assert.ok(trouble === "weather" || counts.losses > 0, JSON.stringify(counts));
  });
}
