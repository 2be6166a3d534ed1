// Cloudflare Workers.

import { perform } from "./cells.mjs";

export default {
  async fetch(request) {
    return Response.json(await perform(await request.json()));
  },
};
