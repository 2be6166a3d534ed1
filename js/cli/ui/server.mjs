// The window's HTTP server, on loopback: the page for everyone there, what it shows for who has the token.

import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import { messageOf } from "../../complaints.mjs";
import { CommandFailure } from "../output.mjs";
import { fileAt } from "./files.mjs";
import { refuseForeign, refuseUnknown } from "./guard.mjs";

const HOST = "127.0.0.1";
/** Over what a reporter sends at once: 2,000 events with texts of 300 characters, each up to three bytes. */
const MAX_BODY_BYTES = 8_000_000;

/** Nothing from elsewhere, nothing inline, no frame around it. */
const HEADERS = {
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "cache-control": "no-store",
};

/** How a route refuses, with a status other than 500. */
export class Refused extends Error {
  /** @param {number} status @param {string} message */
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

/**
 * @typedef {object} Question
 * @property {URLSearchParams} query
 * @property {any} body of a POST
 */
/** @typedef {Record<string, (question: Question) => unknown>} Routes by method and path, such as `GET /api/log` */

/**
 * Serves until it is closed.
 *
 * @param {{ port: number, routes: Routes }} options port 0 is any that is free
 * @returns {Promise<{ address: string, close: () => Promise<void> }>}
 */
export async function serve({ port, routes }) {
  const token = randomBytes(24).toString("base64url");
  const server = createServer((request, response) => {
    answer(request, { port: portOf(server), token, routes }).then(
      (answered) => send(response, answered),
      (error) => send(response, json(error instanceof Refused ? error.status : 500, { error: messageOf(error), code: error?.code })),
    );
  });
  server.listen(port, HOST);
  await once(server, "listening").catch((error) => {
    throw new CommandFailure(
      error.code === "EADDRINUSE" ? `port ${port} is taken: choose another with --port, or any with --port 0` : messageOf(error),
    );
  });
  return {
    // Behind the #, a browser keeps it to itself: it is in no request line, no log and no Referer.
    address: `http://${HOST}:${portOf(server)}/#token=${token}`,
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}

/**
 * @typedef {object} Answer
 * @property {number} status
 * @property {string} type
 * @property {string | Buffer} body
 */

/**
 * @param {import("node:http").IncomingMessage} request
 * @param {{ port: number, token: string, routes: Routes }} window
 * @returns {Promise<Answer>}
 */
async function answer(request, { port, token, routes }) {
  const foreign = refuseForeign(request, port);
  if (foreign) {
    return json(foreign.status, foreign);
  }
  const { pathname, searchParams } = new URL(request.url ?? "/", `http://${HOST}`);
  if (!pathname.startsWith("/api/")) {
    const file = request.method === "GET" ? await fileAt(pathname) : undefined;
    return file ? { status: 200, ...file } : json(404, { error: "there is nothing here" });
  }
  const unknown = refuseUnknown(request, token);
  if (unknown) {
    return json(unknown.status, unknown);
  }
  const name = `${request.method} ${pathname}`;
  const route = Object.hasOwn(routes, name) ? routes[name] : undefined;
  if (!route) {
    throw new Refused(404, `there is no ${name}`);
  }
  const body = request.method === "POST" ? await bodyOf(request) : undefined;
  return json(200, (await route({ query: searchParams, body })) ?? {});
}

/** @param {import("node:http").IncomingMessage} request */
async function bodyOf(request) {
  // What a form of another page can send is never this.
  if (!/^application\/json\b/.test(request.headers["content-type"] ?? "")) {
    throw new Refused(415, "the body must be application/json");
  }
  const chunks = [];
  let length = 0;
  for await (const chunk of request) {
    length += chunk.length;
    if (length > MAX_BODY_BYTES) {
      throw new Refused(413, `the body is over ${MAX_BODY_BYTES} bytes`);
    }
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString());
  } catch (error) {
    throw Object.assign(new Refused(400, "the body is not JSON"), { cause: error });
  }
}

/**
 * @param {number} status
 * @param {unknown} value
 * @returns {Answer}
 */
function json(status, value) {
  const body = JSON.stringify(value, (_, inner) => (inner instanceof Map ? Object.fromEntries(inner) : inner));
  return { status, type: "application/json", body };
}

/**
 * @param {import("node:http").ServerResponse} response
 * @param {Answer} answered
 */
function send(response, { status, type, body }) {
  response.writeHead(status, { ...HEADERS, "content-type": type }).end(body);
}

/** @param {import("node:http").Server} server */
function portOf(server) {
  const address = server.address();
  return typeof address === "object" && address ? address.port : 0;
}
