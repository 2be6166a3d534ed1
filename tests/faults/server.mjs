// A DynamoDB that misbehaves on demand: plain sockets in front of an emulator. What it does is set while it runs; what
// it does not change goes to the emulator and back.

import { once } from "node:events";
import net from "node:net";
import tls from "node:tls";
import { answer, readRequests } from "./wire.mjs";

/** @typedef {import("node:net").Socket} Socket */
/** @typedef {import("./wire.mjs").Request} Request */

/**
 * @typedef {object} Behaviour what stands in for the emulator, until it is taken back
 * @property {(socket: Socket) => void} [connected] gets each connection, in place of reading requests from it
 * @property {(exchange: Exchange) => unknown} [asked] gets each request
 */

/**
 * @typedef {object} Exchange
 * @property {Request} request
 * @property {Socket} socket
 * @property {number} ordinal of the request, of all that came since the behaviour was set, from 1
 * @property {boolean} reused whether the connection was there when the behaviour was set
 * @property {() => Promise<{ status: number, body: Buffer }>} fromEmulator what the emulator answers
 * @property {() => Promise<void>} forward sends that
 */

/** @typedef {Awaited<ReturnType<typeof startFaultServer>>} FaultServer */

/**
 * @param {string} emulator its endpoint
 * @param {{ secure?: import("node:tls").TlsOptions, port?: number }} [options] with `secure` it speaks TLS
 */
export async function startFaultServer(emulator, { secure, port = 0 } = {}) {
  /** @type {Set<Socket>} */
  const sockets = new Set();
  /** @type {Behaviour} */
  let behaviour = {};
  let requests = 0;
  let connections = 0;
  let mostOpen = 0;
  /** @type {WeakSet<Socket>} */
  let reusable = new WeakSet();
  /** @type {Request[]} */
  let seen = [];

  /** @param {Socket} socket */
  function serve(socket) {
    socket.on("error", () => {}); // a client that breaks off is what is tested here
    if (behaviour.connected) {
      behaviour.connected(socket);
      socket.resume(); // or the client's end would not be seen
      return;
    }
    readRequests(socket, (request) => {
      requests += 1;
      seen.push(request);
      const fromEmulator = () => ask(emulator, request);
      const forward = async () => {
        const { status, body } = await fromEmulator();
        socket.write(answer(status, body));
      };
      const reused = reusable.has(socket);
      const { asked = forward } = behaviour;
      const exchange = { request, socket, ordinal: requests, reused, fromEmulator, forward };
      (async () => asked(exchange))().catch(() => socket.destroy());
    });
  }
  /** @param {Socket} socket */
  function count(socket) {
    connections += 1;
    sockets.add(socket);
    mostOpen = Math.max(mostOpen, sockets.size);
    socket.on("error", () => {});
    socket.on("close", () => sockets.delete(socket));
  }
  const server = secure
    ? tls.createServer(secure, serve)
    : net.createServer((socket) => (count(socket), serve(socket)));
  server.on("tlsClientError", () => {});
  if (secure) {
    server.on("connection", count);
  }
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  const address = /** @type {import("node:net").AddressInfo} */ (server.address());
  return {
    port: address.port,
    endpoint: `${secure ? "https" : "http"}://127.0.0.1:${address.port}`,
    /** @param {Behaviour} [next] none: as the emulator */
    behave(next = {}) {
      if (next.connected) {
        this.disconnect();
      }
      behaviour = next;
      requests = 0;
      connections = 0;
      mostOpen = sockets.size;
      reusable = new WeakSet(sockets);
      seen = [];
    },
    /** Closes the connections that are open, as a server does that restarts. */
    disconnect() {
      sockets.forEach((socket) => socket.destroy());
    },
    openSockets: () => sockets.size,
    /** Since the behaviour was set. */
    counts: () => ({ requests, connections, mostOpen }),
    seen: () => seen,
    /** @param {import("node:tls").SecureContextOptions} context */
    present(context) {
      /** @type {import("node:tls").Server} */ (server).setSecureContext(context);
    },
    async stop() {
      const closed = once(server, "close");
      server.close();
      sockets.forEach((socket) => socket.destroy());
      await closed;
    },
  };
}

/**
 * @param {string} emulator
 * @param {Request} request
 */
async function ask(emulator, { headers, body }) {
  const { host: _host, "content-length": _length, connection: _connection, ...kept } = headers;
  const response = await fetch(emulator, { method: "POST", headers: kept, body });
  return { status: response.status, body: Buffer.from(await response.arrayBuffer()) };
}
