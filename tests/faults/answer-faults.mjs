// Faults of what is answered: bytes that are no answer of DynamoDB's, errors, throttling, refusals.

import { gzipSync } from "node:zlib";
import { answer, dynamodbHeaders, head, refusal } from "./wire.mjs";

/** @typedef {import("./catalogue.mjs").Fault} Fault */
/** @typedef {import("./server.mjs").Exchange} Exchange */

const MEGABYTE = Buffer.alloc(1024 * 1024, " ");
const HTML = "<!doctype html><title>Sign in to the network</title>";
const DEEP = `{"Item":${'{"M":'.repeat(100_000)}`;
const BOMB = gzipSync(Buffer.alloc(100 * 1024 * 1024, " "), { level: 9 });

/** @type {(bytes: Buffer) => Fault["behaviour"]} */
const always = (bytes) => ({ asked: ({ socket }) => socket.write(bytes) });

/** @type {Fault[]} */
export const answerFaults = [
  { name: "JSON cut short, checksum right", behaviour: { asked: cutShort } },
  { name: "empty 200", behaviour: always(answer(200, "")) },
  {
    name: "HTML with status 200",
    behaviour: always(answer(200, HTML, { "content-type": "text/html", "x-amz-crc32": undefined })),
  },
  { name: "wrong x-amz-crc32", behaviour: { asked: wrongChecksum } },
  { name: "a byte flipped on the way", behaviour: { asked: flipped } },
  { name: "JSON nested 100,000 deep", behaviour: always(answer(200, DEEP)) },
  { name: "50 MB of answer", closes: true, behaviour: { asked: ({ socket }) => pour(socket) } },
  { name: "gzip bomb", behaviour: always(answer(200, BOMB, { "content-encoding": "gzip", "x-amz-crc32": undefined })) },
  { name: "500 InternalServerError", behaviour: always(refusal("InternalServerError", 500)) },
  {
    name: "502 in HTML",
    behaviour: always(answer(502, HTML, { "content-type": "text/html", "x-amz-crc32": undefined })),
  },
  { name: "503 ServiceUnavailable", behaviour: always(refusal("ServiceUnavailable", 503)) },
  {
    name: "429 with Retry-After 3600",
    behaviour: always(refusal("TooManyRequestsException", 429, { "retry-after": "3600" })),
  },
  {
    name: "503 with x-amz-retry-after 60 s",
    behaviour: always(refusal("ServiceUnavailable", 503, { "x-amz-retry-after": "60000" })),
  },
  { name: "ThrottlingException", behaviour: always(refusal("ThrottlingException")) },
  { name: "ProvisionedThroughputExceeded", behaviour: always(refusal("ProvisionedThroughputExceededException")) },
  { name: "RequestLimitExceeded", behaviour: always(refusal("RequestLimitExceeded")) },
  { name: "UnrecognizedClient", behaviour: always(refusal("UnrecognizedClientException")) },
  { name: "AccessDenied", behaviour: always(refusal("AccessDeniedException")) },
  { name: "ResourceNotFound", behaviour: always(refusal("ResourceNotFoundException")) },
];

/** @param {Exchange} exchange */
async function cutShort({ socket, fromEmulator }) {
  const { body } = await fromEmulator();
  socket.write(answer(200, body.subarray(0, Math.max(1, body.length - 5))));
}

/**
 * The checksum is of what was sent.
 *
 * @param {Exchange} exchange
 */
async function flipped({ socket, fromEmulator }) {
  const { status, body } = await fromEmulator();
  const headers = dynamodbHeaders(body);
  const middle = body.length >> 1;
  body[middle] = /** @type {number} */ (body[middle]) ^ 1;
  socket.write(answer(status, body, headers));
}

/** @param {Exchange} exchange */
async function wrongChecksum({ socket, fromEmulator }) {
  const { status, body } = await fromEmulator();
  socket.write(answer(status, body, { "x-amz-crc32": "1" }));
}

/** @param {import("node:net").Socket} socket */
function pour(socket) {
  let left = 50;
  socket.write(
    head(200, { "content-type": "application/x-amz-json-1.0", "content-length": String(left * MEGABYTE.length) }),
  );
  const more = () => {
    while (left > 0 && !socket.destroyed) {
      left -= 1;
      if (!socket.write(MEGABYTE)) {
        socket.once("drain", more);
        return;
      }
    }
  };
  more();
}
