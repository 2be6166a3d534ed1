// Cloudflare Workers.

import { perform } from "./perform.mjs";

export default {
  async fetch(request) {
    return Response.json(await perform(await request.json()));
  },
};
