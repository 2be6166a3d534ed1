// Ports on which nothing listens.

import { createServer } from "node:net";

/**
 * @param {number} [preferred] taken when it is free, else the next free one after it; without one, any
 * @returns {Promise<number>}
 */
export async function freePort(preferred = 0) {
  for (let port = preferred; ; port++) {
    const free = await tryPort(port);
    if (free !== undefined) {
      return free;
    }
  }
}

/**
 * @param {number} port
 * @returns {Promise<number | undefined>}
 */
function tryPort(port) {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", (/** @type {NodeJS.ErrnoException} */ error) =>
      error.code === "EADDRINUSE" || error.code === "EACCES" ? resolve(undefined) : reject(error),
    );
    // Without a host, as Next listens: on every address.
    server.listen(port, () => {
      const { port: taken } = /** @type {import("node:net").AddressInfo} */ (server.address());
      server.close(() => resolve(taken));
    });
  });
}
