// Node.js, Deno and Bun: what a store behind TLS answers, one connection for each answer.

import { createCacheClient } from "nextjs-dynamodb-cache/client";

const events = [];
const cache = createCacheClient({ ...JSON.parse(process.argv[2]), log: false, onEvent: (event) => events.push(event) });

const stored = await cache.set("page", "value", { tags: ["tag"], revalidate: 3_600 });
const got = await cache.get("page");
const revalidated = await cache.revalidateTag("tag").then(
  () => "confirmed",
  (error) => String(error),
);
console.log(JSON.stringify({ stored, got: got?.value ?? null, revalidated, types: events.map(({ type }) => type) }));
