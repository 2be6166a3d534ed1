// One response of HTTP/1.1, as its bytes come in. Strict: what is not clearly a response is an error, and ends the connection.
// https://www.rfc-editor.org/rfc/rfc9112

import { MalformedResponse } from "./malformed-response.mjs";
import { BoundedBody, ChunkedBody, UnboundedBody } from "./response-body.mjs";

/** @typedef {import("../runtime.d.ts").HttpResponse} HttpResponse */
/** @typedef {import("./response-body.mjs").Body} Body */

/** As many as Node's own client takes. */
const MAX_HEAD_BYTES = 16 * 1024;
const STATUS_LINE = /^HTTP\/1\.([01]) ([1-9]\d\d)(?: |$)/;
const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

export class ResponseReader {
  /** Whether another request may follow on the connection. */
  keepsConnection = false;
  /** How long the server keeps the connection, as far as it tells, milliseconds. */
  keptForMs = Infinity;

  /** @type {Buffer | undefined} of a head that has not come whole */
  #headSoFar;
  #status = 0;
  /** @type {string[]} */
  #headers = [];
  /** @type {Body | undefined} once the head is there */
  #body;

  /**
   * @param {Buffer} chunk
   * @returns {HttpResponse | undefined} once it is whole
   * @throws {MalformedResponse}
   */
  push(chunk) {
    /** @type {Buffer | undefined} */
    let rest = chunk;
    while (!this.#body) {
      rest = this.#pushHead(rest);
      if (!rest) {
        return undefined;
      }
    }
    if (!this.#body.push(rest)) {
      return undefined;
    }
    // What follows a whole response was not asked for.
    this.keepsConnection &&= !this.#body.hasExcess;
    return this.#response(this.#body);
  }

  /**
   * Told that no more bytes come.
   *
   * @returns {HttpResponse | undefined} a response that ends with its connection
   */
  end() {
    this.keepsConnection = false;
    return this.#body instanceof UnboundedBody ? this.#response(this.#body) : undefined;
  }

  /**
   * @param {Buffer} chunk
   * @returns {Buffer | undefined} what follows the head, once it is there
   */
  #pushHead(chunk) {
    const bytes = this.#headSoFar ? Buffer.concat([this.#headSoFar, chunk]) : chunk;
    const end = bytes.indexOf("\r\n\r\n", 0, "latin1");
    if (end > MAX_HEAD_BYTES || (end < 0 && bytes.length > MAX_HEAD_BYTES)) {
      throw new MalformedResponse(`its head is longer than ${MAX_HEAD_BYTES} bytes`);
    }
    if (end < 0) {
      this.#headSoFar = bytes;
      return undefined;
    }
    this.#headSoFar = undefined;
    this.#readHead(bytes.toString("latin1", 0, end));
    return bytes.subarray(end + 4);
  }

  /** @param {string} head */
  #readHead(head) {
    const lines = head.split("\r\n");
    const [statusLine = ""] = lines;
    const [, minor, status] = STATUS_LINE.exec(statusLine) ?? [];
    if (status === undefined || /[\0\r\n]/.test(statusLine)) {
      throw new MalformedResponse("it does not begin with a status line");
    }
    this.#status = Number(status);
    this.#headers = [];
    for (let index = 1; index < lines.length; index++) {
      pushHeader(this.#headers, /** @type {string} */ (lines[index]));
    }
    if (this.#status === 101) {
      throw new MalformedResponse("it switches to a protocol that was not asked for");
    }
    if (this.#status >= 200) {
      this.#keepAlive(minor === "1");
      this.#body = this.#bodyToCome();
    }
    // Below: one that is still to be followed by the response itself.
  }

  /** @param {boolean} byDefault */
  #keepAlive(byDefault) {
    this.keepsConnection = byDefault && !/(^|,)[ \t]*close[ \t]*(,|$)/i.test(this.#values("connection").join());
    const [, seconds] = /(?:^|,)[ \t]*timeout=(\d{1,9})/i.exec(this.#values("keep-alive").join()) ?? [];
    if (seconds !== undefined) {
      this.keptForMs = Number(seconds) * 1_000;
    }
  }

  /** https://www.rfc-editor.org/rfc/rfc9112#section-6.3 */
  #bodyToCome() {
    const codings = this.#values("transfer-encoding");
    const lengths = this.#values("content-length");
    if (this.#status === 204 || this.#status === 304) {
      return new BoundedBody(0);
    }
    if (codings.length > 0) {
      // With a length beside it somebody on the way may have been misled.
      if (codings.length > 1 || codings[0]?.toLowerCase() !== "chunked" || lengths.length > 0) {
        throw new MalformedResponse("its transfer-encoding is not chunked alone");
      }
      return new ChunkedBody();
    }
    if (lengths.length > 0) {
      const [length = ""] = lengths;
      if (lengths.some((other) => other !== length) || !/^\d{1,15}$/.test(length)) {
        throw new MalformedResponse("its content-length is no length");
      }
      return new BoundedBody(Number(length));
    }
    this.keepsConnection = false;
    return new UnboundedBody();
  }

  /** @param {string} wanted */
  #values(wanted) {
    /** @type {string[]} */
    const values = [];
    for (let index = 0; index < this.#headers.length; index += 2) {
      if (this.#headers[index] === wanted) {
        values.push(/** @type {string} */ (this.#headers[index + 1]));
      }
    }
    return values;
  }

  /** @param {Body} body */
  #response(body) {
    return { status: this.#status, headers: this.#headers, body: body.bytes() };
  }
}

/**
 * @param {string[]} headers
 * @param {string} line
 */
function pushHeader(headers, line) {
  const colon = line.indexOf(":");
  const name = line.slice(0, Math.max(colon, 0));
  if (!HEADER_NAME.test(name) || /[\0\r\n]/.test(line)) {
    throw new MalformedResponse("a line of its head is no header");
  }
  let start = colon + 1;
  let end = line.length;
  while (start < end && isBlank(line.charCodeAt(start))) {
    start += 1;
  }
  while (end > start && isBlank(line.charCodeAt(end - 1))) {
    end -= 1;
  }
  headers.push(name.toLowerCase(), line.slice(start, end));
}

/** @param {number} code */
function isBlank(code) {
  return code === 0x20 || code === 0x09;
}
