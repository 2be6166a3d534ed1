// Where the application under test gets its data: a server that answers with how often a path was asked for. What is
// under /slow comes late, and a path with "large" in it gives 3 MB.

import { randomBytes } from "node:crypto";
import { createServer } from "node:http";

const SLOW_MS = 1_500;

/** @returns {Promise<{ url: string, count: (path: string) => number, stop: () => Promise<void> }>} */
export async function startOrigin() {
  /** @type {Map<string, number>} */
  const counts = new Map();
  const server = createServer((request, response) => {
    const path = request.url ?? "/";
    counts.set(path, (counts.get(path) ?? 0) + 1);
    const body = `${path} ${counts.get(path)}${path.includes("large") ? `\n${randomBytes(1_500_000).toString("hex")}` : ""}`;
    setTimeout(() => response.end(body), path.startsWith("/slow") ? SLOW_MS : 0);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  return {
    url: `http://127.0.0.1:${port}`,
    count: (path) => counts.get(path) ?? 0,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
