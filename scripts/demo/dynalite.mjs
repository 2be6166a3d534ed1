// An embedded DynamoDB: dynalite, from the development dependencies.

import { join } from "node:path";
import { freePort } from "./ports.mjs";
import { ready, start } from "./processes.mjs";

const ROOT = join(import.meta.dirname, "../..");

/**
 * @param {{ log: string, port?: number, folder?: string }} options without a folder, the data are in memory
 * @returns {Promise<import("./processes.mjs").Running & { endpoint: string, port: number }>}
 */
export async function startDynalite({ log, port, folder }) {
  const chosen = port ?? (await freePort());
  const script = join(ROOT, "node_modules/dynalite/cli.js");
  const args = [script, "--host", "127.0.0.1", "--port", String(chosen), "--createTableMs", "0"];
  const process = start("node", folder ? [...args, "--path", folder] : args, { log });
  const endpoint = `http://127.0.0.1:${chosen}`;
  await ready(process, "dynalite", async () => (await fetch(endpoint)).status > 0);
  return { ...process, endpoint, port: chosen };
}
