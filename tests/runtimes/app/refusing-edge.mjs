// Vercel's edge runtime.

import { refusals } from "./refusing.mjs";

async function answer() {
  return Response.json(await refusals());
}

addEventListener("fetch", (event) => event.respondWith(answer()));
