// Cloudflare Workers, which hand the core over by themselves.

import core from "nextjs-dynamodb-cache/core.wasm?module";
import { DynamoDBCacheHandler, createCacheClient, initCore } from "nextjs-dynamodb-cache/slim";
import { performedBy } from "./cells.mjs";

initCore(core);
const perform = performedBy({ DynamoDBCacheHandler, createCacheClient });

export default {
  async fetch(request) {
    return Response.json(await perform(await request.json()));
  },
};
