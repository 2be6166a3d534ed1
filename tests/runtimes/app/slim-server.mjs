// A runtime and a bundler that know nothing of this package: the program brings the core along and hands its bytes over.

import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { DynamoDBCacheHandler, createCacheClient, initCore } from "nextjs-dynamodb-cache/slim";
import { performedBy } from "./cells.mjs";

initCore(readFile(process.argv[2])).catch((error) => console.error(error));
const perform = performedBy({ DynamoDBCacheHandler, createCacheClient });

const server = createServer((request, response) => {
  const chunks = [];
  request.on("data", (chunk) => chunks.push(chunk));
  request.on("end", async () => {
    response.end(JSON.stringify(await perform(JSON.parse(String(Buffer.concat(chunks))))));
  });
});
server.listen(0, "127.0.0.1", () => console.log(`port ${server.address().port}`));
