// Vercel's edge runtime; CORE is the module that the host has compiled.

import { DynamoDBCacheHandler, createCacheClient, initCore } from "nextjs-dynamodb-cache/slim";
import { performedBy } from "./cells.mjs";

initCore(CORE);
const perform = performedBy({ DynamoDBCacheHandler, createCacheClient });

async function answer(request) {
  return Response.json(await perform(await request.json()));
}

addEventListener("fetch", (event) => event.respondWith(answer(event.request)));
