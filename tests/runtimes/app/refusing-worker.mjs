// Cloudflare Workers.

import { refusals } from "./refusing.mjs";

export default {
  async fetch() {
    return Response.json(await refusals());
  },
};
