// HTTP as it lies on a socket: reading requests, and writing answers down to their last byte.

import { crc32 } from "./crc32.mjs";

/** @typedef {import("node:net").Socket} Socket */
/** @typedef {{ path: string, headers: Record<string, string>, operation: string, body: string }} Request */

const END_OF_HEAD = "\r\n\r\n";

/**
 * Calls `take` with each whole request that comes over a socket.
 *
 * @param {Socket} socket
 * @param {(request: Request) => void} take
 */
export function readRequests(socket, take) {
  let received = Buffer.alloc(0);
  socket.on("data", (/** @type {Buffer} */ chunk) => {
    received = Buffer.concat([received, chunk]);
    for (let end = received.indexOf(END_OF_HEAD); end >= 0; end = received.indexOf(END_OF_HEAD)) {
      const head = received.toString("latin1", 0, end);
      const headers = headersOf(head);
      const bodyStart = end + END_OF_HEAD.length;
      const bodyEnd = bodyStart + Number(headers["content-length"] ?? 0);
      if (received.length < bodyEnd) {
        return;
      }
      const body = received.toString("utf8", bodyStart, bodyEnd);
      received = received.subarray(bodyEnd);
      const [, path = ""] = head.split(" ", 2);
      take({ path, headers, operation: (headers["x-amz-target"] ?? "").replace(/^.*\./, ""), body });
    }
  });
}

/**
 * A whole answer, as DynamoDB sends it: with its length, its checksum and the date.
 *
 * @param {number} status
 * @param {string | Buffer} body
 * @param {Record<string, string | undefined>} [headers] beside those, or in their place; `undefined` leaves one out
 * @returns {Buffer}
 */
export function answer(status, body, headers = {}) {
  const bytes = Buffer.from(body);
  return Buffer.concat([head(status, { ...dynamodbHeaders(bytes), ...headers }), bytes]);
}

/**
 * A refusal, as DynamoDB words it.
 *
 * @param {string} code
 * @param {number} [status]
 * @param {Record<string, string | undefined>} [headers]
 */
export function refusal(code, status = 400, headers) {
  const message = `${code} was simulated.`;
  return answer(status, JSON.stringify({ __type: `com.amazonaws.dynamodb.v20120810#${code}`, message }), headers);
}

/**
 * @param {number} status
 * @param {Record<string, string | undefined>} headers
 */
export function head(status, headers) {
  const lines = Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : `${name}: ${value}`));
  return Buffer.from([`HTTP/1.1 ${status} Simulated`, ...lines, "", ""].join("\r\n"), "latin1");
}

/** @param {Buffer} body */
export function dynamodbHeaders(body) {
  return {
    "content-type": "application/x-amz-json-1.0",
    "content-length": String(body.length),
    "x-amzn-requestid": "SIMULATED",
    "x-amz-crc32": String(crc32(body)),
    date: new Date().toUTCString(),
  };
}

/** @param {string} text the head of a request, without its empty line */
function headersOf(text) {
  const [, ...lines] = text.split("\r\n");
  return Object.fromEntries(
    lines.map((line) => {
      const colon = line.indexOf(":");
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    }),
  );
}
