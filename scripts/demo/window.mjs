// The window on the demo's table, by the package's own command.

import { join } from "node:path";
import { TABLE_ENVIRONMENT } from "./application.mjs";
import { freePort } from "./ports.mjs";
import { ready, start } from "./processes.mjs";

const PORT = 4983;

/**
 * @param {string} folder the application's, where the package is installed
 * @param {string} endpoint
 * @returns {Promise<import("./processes.mjs").Running & { address: string }>} the address with its token
 */
export async function startWindow(folder, endpoint) {
  const main = "node_modules/nextjs-dynamodb-cache/js/cli/main.mjs";
  const port = String(await freePort(PORT));
  const process = start("node", [main, "ui", "--port", port, "--write"], {
    cwd: folder,
    env: { ...TABLE_ENVIRONMENT, AWS_ENDPOINT_URL_DYNAMODB: endpoint },
    log: join(folder, "logs/window.log"),
  });
  const addressOf = () => /http:\S+#token=\S+/.exec(process.output())?.[0];
  await ready(process, "the window", async () => addressOf() !== undefined);
  return { ...process, address: String(addressOf()) };
}
