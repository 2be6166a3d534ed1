// HTTP/1.1 over the sockets of Node.js, for the few servers that the core asks: a third of the CPU that node:http takes, a
// fifth of what its `fetch` takes, and nothing that Next patches. No redirects, proxies, cookies or compression.

import { Connection, DeadConnection } from "./connection.mjs";
import { Connections } from "./connections.mjs";
import { requestBytes } from "./request-bytes.mjs";

/** @typedef {{ host: string, path: string, connections: Connections }} Target */

/**
 * @param {{
 *   builtin: (name: string) => any,
 *   outsideRequest: <T>(run: () => T) => T,
 * }} node `builtin` finds node:net and node:tls, at their first use
 * @returns {{ exchange: import("../runtime.d.ts").Exchange }}
 */
export function createHttpClient({ builtin, outsideRequest }) {
  /** @type {Map<string, Connections>} by scheme, host and port */
  const origins = new Map();
  /** @type {{ url?: string, target?: Target }} the core asks one URL nearly always */
  let last = {};

  /** @param {string} url */
  function targetOf(url) {
    if (!last.target || last.url !== url) {
      const { origin, protocol, hostname, port, host, pathname, search } = new URL(url);
      let connections = origins.get(origin);
      if (!connections) {
        const connect = connector(protocol, hostname.replace(/^\[|\]$/g, ""), port, builtin);
        // A socket holds on to the asynchronous context that it was made in: not to one request's.
        connections = new Connections((owner) => outsideRequest(() => connect(owner)));
        origins.set(origin, connections);
      }
      last = { url, target: { host, path: pathname + search, connections } };
    }
    return /** @type {Target} */ (last.target);
  }

  return {
    exchange(url, method, headers, body, { resolve, reject }) {
      /** @type {Target} */
      let target;
      /** @type {Uint8Array[]} */
      let request;
      try {
        target = targetOf(url);
        request = requestBytes(target, method, headers, body);
      } catch (error) {
        reject(error);
        return () => {};
      }
      const { connections } = target;
      /** @param {unknown} error */
      const repeatOnce = (error) => {
        if (!(error instanceof DeadConnection)) {
          return reject(error);
        }
        // The server has answered nothing, and the core repeats its requests by itself after a timeout anyway.
        exchange.reject = (second) => reject(second instanceof DeadConnection ? second.cause : second);
        connections.dropIdle();
        connections.send(exchange);
      };
      /** @type {import("./connection.mjs").Exchange} */
      const exchange = { request, resolve, reject: repeatOnce };
      connections.send(exchange);
      return () => {
        exchange.reject = () => {};
        connections.cancel(exchange);
      };
    },
  };
}

/**
 * @param {string} protocol
 * @param {string} host
 * @param {string} port
 * @param {(name: string) => any} builtin
 * @returns {(owner: import("./connection.mjs").Owner) => Connection}
 */
function connector(protocol, host, port, builtin) {
  const net = builtin("node:net");
  if (protocol !== "https:") {
    return (owner) => new Connection((onread) => net.connect({ host, port: port || 80, onread }), "connect", owner);
  }
  /** @type {Buffer | undefined} with it, the next handshake is shorter */
  let session;
  const servername = net.isIP(host) ? "" : host;
  /** @type {import("./connection.mjs").Connect} */
  const connect = (onread) => {
    const socket = builtin("node:tls").connect({ host, port: port || 443, servername, session, ALPNProtocols: ["http/1.1"], onread });
    socket.on("session", (/** @type {Buffer} */ given) => (session = given));
    socket.on("error", () => (session = undefined));
    return socket;
  };
  return (owner) => new Connection(connect, "secureConnect", owner);
}
