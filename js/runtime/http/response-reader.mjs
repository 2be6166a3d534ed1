// One response of HTTP/1.1, as its bytes come in. Strict: what is not clearly a response is an error, and ends the connection.
// https://www.rfc-editor.org/rfc/rfc9112

import { MalformedResponse } from "./malformed-response.mjs";
import { BoundedBody, ChunkedBody, UnboundedBody } from "./response-body.mjs";

/** @typedef {import("../runtime.d.ts").HttpResponse} HttpResponse */
/** @typedef {import("./response-body.mjs").Body} Body */

/** As many as Node's own client takes. */
const MAX_HEAD_BYTES = 16 * 1024;
const STATUS_LINE = /HTTP\/1\.([01]) ([1-9]\d\d)(?: [^\0\r\n]*)?(?:\r\n|$)/y;
/** All headers, each with the end of its line. */
const HEADERS = /(?:[!#$%&'*+.^_`|~0-9A-Za-z-]+:[^\0\r\n]*(?:\r\n|$))*/y;
/** What says where the body ends, and what becomes of the connection; white space after the value is still in it. */
const FRAMING_HEADER = /^(connection|content-length|keep-alive|transfer-encoding):[ \t]*(.*)$/gim;

export class ResponseReader {
  /** Whether another request may follow on the connection. */
  keepsConnection = false;
  /** How long the server keeps the connection, as far as it tells, milliseconds. */
  keptForMs = Infinity;

  /** @type {Buffer | undefined} of a head that has not come whole */
  #headSoFar;
  #status = 0;
  #headers = "";
  /** @type {Body | undefined} once the head is there */
  #body;

  /**
   * @param {Buffer} chunk what is kept of it is copied
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
      this.#headSoFar = Buffer.from(bytes);
      return undefined;
    }
    this.#headSoFar = undefined;
    this.#readHead(bytes.toString("latin1", 0, end));
    return bytes.subarray(end + 4);
  }

  /** @param {string} head */
  #readHead(head) {
    STATUS_LINE.lastIndex = 0;
    const [statusLine, minor, status] = STATUS_LINE.exec(head) ?? [];
    if (statusLine === undefined) {
      throw new MalformedResponse("it does not begin with a status line");
    }
    this.#status = Number(status);
    HEADERS.lastIndex = statusLine.length;
    HEADERS.test(head);
    if (HEADERS.lastIndex < head.length) {
      throw new MalformedResponse("a line of its head is no header");
    }
    this.#headers = head.slice(statusLine.length);
    const framing = new Framing();
    FRAMING_HEADER.lastIndex = 0;
    for (let found; (found = FRAMING_HEADER.exec(this.#headers)); ) {
      const [, name = "", value = ""] = found;
      framing.add(name.toLowerCase(), trimmedEnd(value));
    }
    if (this.#status === 101) {
      throw new MalformedResponse("it switches to a protocol that was not asked for");
    }
    if (this.#status >= 200) {
      this.keepsConnection = minor === "1" && !framing.closes;
      this.keptForMs = framing.keptForMs;
      this.#body = this.#bodyToCome(framing);
    }
    // Below: one that is still to be followed by the response itself.
  }

  /**
   * https://www.rfc-editor.org/rfc/rfc9112#section-6.3
   *
   * @param {Framing} framing
   */
  #bodyToCome({ coding, length }) {
    if (this.#status === 204 || this.#status === 304) {
      return new BoundedBody(0);
    }
    if (coding !== undefined) {
      // With a length beside it somebody on the way may have been misled.
      if (coding.toLowerCase() !== "chunked" || length !== undefined) {
        throw new MalformedResponse("its transfer-encoding is not chunked alone");
      }
      return new ChunkedBody();
    }
    if (length !== undefined) {
      if (!/^\d{1,15}$/.test(length)) {
        throw new MalformedResponse("its content-length is no length");
      }
      return new BoundedBody(Number(length));
    }
    this.keepsConnection = false;
    return new UnboundedBody();
  }

  /** @param {Body} body */
  #response(body) {
    return { status: this.#status, headers: this.#headers, body: body.bytes() };
  }
}

/** What headers tell of the body's end, and of the connection's. */
class Framing {
  /** @type {string | undefined} */
  coding;
  /** @type {string | undefined} */
  length;
  closes = false;
  keptForMs = Infinity;

  /** @param {string} name @param {string} value */
  add(name, value) {
    switch (name) {
      case "content-length":
        // Two that differ are no length.
        this.length = this.length === undefined || this.length === value ? value : `${this.length}, ${value}`;
        break;
      case "transfer-encoding":
        this.coding = this.coding === undefined ? value : `${this.coding}, ${value}`;
        break;
      case "connection":
        this.closes ||= value !== "keep-alive" && /(^|,)[ \t]*close[ \t]*(,|$)/i.test(value);
        break;
      case "keep-alive": {
        const [, seconds] = /(?:^|,)[ \t]*timeout=(\d{1,9})/i.exec(value) ?? [];
        if (seconds !== undefined) {
          this.keptForMs = Number(seconds) * 1_000;
        }
      }
    }
  }
}

/** In one pass: a pattern would look for the end from each of the blanks. @param {string} value */
function trimmedEnd(value) {
  let end = value.length;
  while (isBlank(value.charCodeAt(end - 1))) {
    end--;
  }
  return value.slice(0, end);
}

/** @param {number} code */
function isBlank(code) {
  return code === 0x20 || code === 0x09;
}
