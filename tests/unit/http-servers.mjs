// Servers that the tests of the HTTP client talk to, and what they say.

import assert from "node:assert/strict";
import { once } from "node:events";
import http from "node:http";
import net from "node:net";
import { after } from "node:test";

/** @type {(() => void)[]} */
export const closers = [];
after(() => closers.forEach((close) => close()));

/**
 * @param {string} text
 * @param {Record<string, string>} [headers]
 */
export function post(text, headers = {}) {
  const body = new TextEncoder().encode(text);
  return { method: "POST", headers, body, signal: new AbortController().signal, redirect: /** @type {const} */ ("error") };
}

/** @param {http.RequestListener} listener */
export async function listen(listener) {
  const server = http.createServer(listener).listen(0, "127.0.0.1");
  await once(server, "listening");
  closers.push(() => {
    server.close();
    server.closeAllConnections();
  });
  return addressOf(server);
}

/** @param {(socket: net.Socket) => void} listener */
export async function listenRaw(listener) {
  /** @type {Set<net.Socket>} */
  const sockets = new Set();
  const server = net.createServer((socket) => {
    sockets.add(socket.on("error", () => {}));
    listener(socket);
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  closers.push(() => {
    server.close();
    sockets.forEach((socket) => socket.destroy());
  });
  return addressOf(server);
}

/** @param {net.Server} server */
export function addressOf(server) {
  const { port } = /** @type {net.AddressInfo} */ (server.address());
  return `http://127.0.0.1:${port}/`;
}

/** @param {() => boolean} holds */
export async function until(holds) {
  const giveUpAt = performance.now() + 5_000;
  while (!holds()) {
    assert.ok(performance.now() < giveUpAt, "waited for five seconds");
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

/** @param {{ arrayBuffer(): Promise<ArrayBuffer> }} response */
export async function textOf(response) {
  return new TextDecoder().decode(await response.arrayBuffer());
}
