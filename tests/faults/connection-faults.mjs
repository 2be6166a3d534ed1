// Faults of the network and of TLS: no connection, no answer, half an answer.

import { startBlackHole } from "./black-hole.mjs";
import { fetchTrusting } from "./certificates.mjs";
import { startFaultServer } from "./server.mjs";
import { dynamodbHeaders, head } from "./wire.mjs";
import { shippedFetch } from "../shipped-fetch.mjs";

/** @typedef {import("./catalogue.mjs").Fault} Fault */
/** @typedef {import("./catalogue.mjs").Open} Open */
/** @typedef {import("node:net").Socket} Socket */

const BODY = Buffer.from(JSON.stringify({ Responses: {}, UnprocessedKeys: {} }).padEnd(2_000));
const HALF = BODY.subarray(0, 1_000);
const DRIP_EVERY_MS = 40;

/** @type {Fault[]} */
export const connectionFaults = [
  { name: "connection refused", open: refused },
  { name: "SYN black hole", open: blackHole },
  { name: "silent after accept", closes: true, behaviour: { connected: () => {} } },
  { name: "RST on accept", closes: true, behaviour: { connected: (socket) => void socket.resetAndDestroy() } },
  { name: "FIN on accept", closes: true, behaviour: { connected: (socket) => void socket.end() } },
  { name: "RST after the request", closes: true, behaviour: { asked: ({ socket }) => socket.resetAndDestroy() } },
  {
    name: "head only",
    closes: true,
    behaviour: { asked: ({ socket }) => socket.write(head(200, dynamodbHeaders(BODY))) },
  },
  { name: "slow drip", closes: true, behaviour: { asked: ({ socket }) => drip(socket) } },
  {
    name: "RST within the body",
    closes: true,
    behaviour: { asked: ({ socket }) => half(socket, () => socket.resetAndDestroy()) },
  },
  { name: "FIN within the body", closes: true, behaviour: { asked: ({ socket }) => half(socket, () => socket.end()) } },
  { name: "not HTTP", closes: true, behaviour: { asked: ({ socket }) => socket.write("SSH-2.0-OpenSSH_9.2\r\n") } },
  {
    name: "head too long",
    closes: true,
    behaviour: {
      asked: ({ socket }) => socket.write(head(200, { ...dynamodbHeaders(BODY), "x-long": "a".repeat(100_000) })),
    },
  },
  { name: "no such host name", open: noSuchName },
  { name: "TLS asked, plain HTTP spoken", closes: true, opening: 1, open: wrongProtocol },
  { name: "TLS certificate self-signed", closes: true, open: (world) => withCertificate(world, "selfSigned") },
  { name: "TLS certificate of another host", closes: true, open: (world) => withCertificate(world, "otherHost") },
  {
    name: "redirect to another host",
    behaviour: {
      asked: ({ socket }) => socket.write(head(307, { location: "http://127.0.0.1:1/", "content-length": "0" })),
    },
  },
  {
    name: "kept connections are dead",
    warm: true,
    behaviour: { asked: ({ socket, reused, forward }) => (reused ? socket.resetAndDestroy() : forward()) },
    expected: "succeeds",
  },
];

/** @type {Open} */
async function refused({ emulator }) {
  const { port, endpoint, stop } = await startFaultServer(emulator);
  await stop();
  /** @type {import("./server.mjs").FaultServer | undefined} */
  let server;
  return {
    endpoint,
    recover: async () => void (server = await startFaultServer(emulator, { port })),
    close: async () => server?.stop(),
  };
}

/** @type {Open} */
async function blackHole({ emulator }) {
  const hole = await startBlackHole();
  /** @type {import("./server.mjs").FaultServer | undefined} */
  let server;
  return {
    endpoint: hole.endpoint,
    recover: async () => {
      await hole.stop();
      server = await startFaultServer(emulator, { port: hole.port });
    },
    close: async () => server?.stop(),
  };
}

/** @type {Open} */
async function noSuchName({ emulator }) {
  let exists = false;
  return {
    endpoint: "https://dynamodb.nowhere.invalid",
    options: { fetch: (url, init) => shippedFetch(exists ? emulator : url, init) },
    recover: async () => void (exists = true),
    close: async () => {},
  };
}

/** @type {Open} */
async function wrongProtocol({ emulator, certificates }) {
  const plain = await startFaultServer(emulator);
  const secure = await startFaultServer(emulator, { secure: certificates.good });
  let speaksTls = false;
  const fetch = fetchTrusting(certificates.ca);
  return {
    server: plain,
    endpoint: plain.endpoint.replace("http:", "https:"),
    options: { fetch: (url, init) => fetch(speaksTls ? secure.endpoint : url, init) },
    recover: async () => void (speaksTls = true),
    close: async () => void (await Promise.all([plain.stop(), secure.stop()])),
  };
}

/**
 * @param {import("./catalogue.mjs").World} world
 * @param {"selfSigned" | "otherHost"} name
 */
async function withCertificate({ emulator, certificates }, name) {
  const server = await startFaultServer(emulator, { secure: certificates[name] });
  return {
    server,
    endpoint: server.endpoint,
    options: { fetch: fetchTrusting(certificates.ca) },
    recover: async () => server.present(certificates.good),
    close: () => server.stop(),
  };
}

/** @param {Socket} socket */
function drip(socket) {
  socket.write(head(200, dynamodbHeaders(BODY)));
  let sent = 0;
  const timer = setInterval(() => socket.write(BODY.subarray(sent, ++sent)), DRIP_EVERY_MS);
  socket.on("close", () => clearInterval(timer));
}

/**
 * @param {Socket} socket
 * @param {() => void} then
 */
function half(socket, then) {
  socket.write(head(200, dynamodbHeaders(BODY)));
  socket.write(HALF, () => setTimeout(then, 10));
}
