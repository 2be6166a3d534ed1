// What is said where the core cannot run.

import { DynamoDBCacheHandler } from "nextjs-dynamodb-cache";
import { createCacheClient } from "nextjs-dynamodb-cache/client";

const lines = [];
const line = (text) => void lines.push(text);
const OPTIONS = {
  region: "eu-central-1",
  endpoint: "http://127.0.0.1:9",
  credentials: { accessKeyId: "a", secretAccessKey: "b" },
  log: { debug: line, info: line, warn: line, error: line },
};

export async function refusals() {
  const Handler = DynamoDBCacheHandler.configure(OPTIONS);
  const client = createCacheClient(OPTIONS);
  const got = [await new Handler().get("key", { kind: "FETCH" }), await client.get("key"), await client.set("key", 1)];
  const rejected = await client.revalidateTag("tag").catch((error) => error.message);
  return { got, rejected, lines };
}
