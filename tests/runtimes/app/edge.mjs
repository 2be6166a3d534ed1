// Vercel's edge runtime: a classic script that listens for fetch events.

import { perform } from "./perform.mjs";

async function answer(request) {
  return Response.json(await perform(await request.json()));
}

addEventListener("fetch", (event) => event.respondWith(answer(event.request)));
