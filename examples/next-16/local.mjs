// `node local.mjs COMMAND…` runs a command with a DynamoDB of its own on this machine, so that no AWS account is needed.
// With NEXT_CACHE_DYNAMODB_TABLE in the environment it only runs the command: then the table is yours, in AWS.

import { spawn } from "node:child_process";
import { once } from "node:events";
import dynalite from "dynalite";
import { createCacheTable } from "nextjs-dynamodb-cache/create-table";

const PORT = Number(process.env.DYNAMODB_PORT || 8000);

const [command = "", ...args] = process.argv.slice(2);
const local = process.env.NEXT_CACHE_DYNAMODB_TABLE ? {} : await startDynamoDB();
const child = spawn(command, args, {
  env: { ...process.env, ...local },
  stdio: "inherit",
  shell: process.platform === "win32",
});
child.on("error", (error) => console.error(error.message)).on("close", (code) => process.exit(code ?? 1));
for (const signal of ["SIGINT", "SIGTERM"]) {
  process.on(signal, () => child.kill(signal));
}

/** What the application, or a second one in another terminal, finds the table by. */
async function startDynamoDB() {
  const env = {
    NEXT_CACHE_DYNAMODB_TABLE: "nextjs-cache",
    AWS_REGION: "eu-central-1",
    AWS_ENDPOINT_URL_DYNAMODB: `http://127.0.0.1:${PORT}`,
    AWS_ACCESS_KEY_ID: "local",
    AWS_SECRET_ACCESS_KEY: "local",
    REVALIDATE_SECRET: "secret", // of the webhook
  };
  const server = dynalite({ createTableMs: 0 }).listen(PORT, "127.0.0.1");
  await once(server, "listening").catch((error) => {
    if (error.code !== "EADDRINUSE") {
      throw error;
    }
    console.log(`using the DynamoDB that listens on port ${PORT} already`);
  });
  await createCacheTable({
    tableName: env.NEXT_CACHE_DYNAMODB_TABLE,
    region: env.AWS_REGION,
    endpoint: env.AWS_ENDPOINT_URL_DYNAMODB,
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
  });
  return env;
}
