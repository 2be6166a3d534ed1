// Node.js, Deno and Bun, and what a bundler makes of it: a server that says on which port it listens.

import { createServer } from "node:http";
import { perform } from "./perform.mjs";

const server = createServer((request, response) => {
  const chunks = [];
  request.on("data", (chunk) => chunks.push(chunk));
  request.on("end", async () => {
    response.end(JSON.stringify(await perform(JSON.parse(String(Buffer.concat(chunks))))));
  });
});
server.listen(0, "127.0.0.1", () => console.log(`port ${server.address().port}`));
