// The body of a response, by how its end is told. https://www.rfc-editor.org/rfc/rfc9112#section-6

import { MAX_RESPONSE_BYTES } from "../../response.mjs";
import { MalformedResponse } from "./malformed-response.mjs";

/**
 * @typedef {object} Body
 * @property {(chunk: Buffer) => boolean} push whether it is whole; of a chunk after which it is not, what is kept is copied
 * @property {boolean} hasExcess whether bytes followed its end
 * @property {() => Uint8Array<ArrayBuffer>} bytes once it is whole: good for as long as the last chunk is
 */

/** Beyond any extension of a chunk, or trailer, that is meant well. */
const MAX_LINE_BYTES = 4_096;

/**
 * By its `content-length`.
 *
 * @implements {Body}
 */
export class BoundedBody {
  hasExcess = false;
  #length;
  #received = 0;
  /** @type {Uint8Array<ArrayBuffer> | undefined} */
  #bytes;

  /** @param {number} length */
  constructor(length) {
    checkLength(length);
    this.#length = length;
  }

  /** @param {Buffer} chunk */
  push(chunk) {
    const missing = this.#length - this.#received;
    this.hasExcess = chunk.length > missing;
    const wanted = this.hasExcess ? chunk.subarray(0, missing) : chunk;
    if (wanted.length === this.#length) {
      // Whole at once, as most are: it is taken over before another chunk comes.
      this.#bytes = /** @type {Buffer<ArrayBuffer>} */ (wanted);
      return true;
    }
    this.#bytes ??= Buffer.allocUnsafeSlow(this.#length);
    this.#bytes.set(wanted, this.#received);
    this.#received += wanted.length;
    return this.#received === this.#length;
  }

  bytes() {
    return this.#bytes ?? new Uint8Array();
  }
}

/**
 * By the end of the connection.
 *
 * @implements {Body}
 */
export class UnboundedBody {
  hasExcess = false;
  #parts = new Parts();

  /** @param {Buffer} chunk */
  push(chunk) {
    this.#parts.push(chunk);
    return false;
  }

  bytes() {
    return this.#parts.joined();
  }
}

/**
 * In chunks, each after a line with its length. https://www.rfc-editor.org/rfc/rfc9112#section-7.1
 *
 * @implements {Body}
 */
export class ChunkedBody {
  hasExcess = false;
  #parts = new Parts();
  /** Of the chunk that is being read. */
  #missing = 0;
  /** @type {"size" | "data" | "end of data" | "trailers" | "done"} */
  #expected = "size";
  /** @type {Buffer | undefined} of a line that has not come whole */
  #lineSoFar;

  /** @param {Buffer} chunk */
  push(chunk) {
    /** @type {Buffer | undefined} */
    let rest = chunk;
    while (rest && this.#expected !== "done") {
      if (rest.length === 0) {
        return false;
      }
      rest = this.#expected === "data" ? this.#pushData(rest) : this.#pushLine(rest);
    }
    this.hasExcess = rest !== undefined && rest.length > 0;
    return this.#expected === "done";
  }

  bytes() {
    return this.#parts.joined();
  }

  /** @param {Buffer} chunk */
  #pushData(chunk) {
    const data = chunk.subarray(0, this.#missing);
    this.#parts.push(data);
    this.#missing -= data.length;
    if (this.#missing === 0) {
      this.#expected = "end of data";
    }
    return chunk.subarray(data.length);
  }

  /**
   * @param {Buffer} chunk
   * @returns {Buffer | undefined} what follows the line, once that is whole
   */
  #pushLine(chunk) {
    const bytes = this.#lineSoFar ? Buffer.concat([this.#lineSoFar, chunk]) : chunk;
    const end = bytes.indexOf("\r\n", 0, "latin1");
    if (end > MAX_LINE_BYTES || (end < 0 && bytes.length > MAX_LINE_BYTES)) {
      throw new MalformedResponse("a line between its chunks is too long");
    }
    this.#lineSoFar = end < 0 ? Buffer.from(bytes) : undefined;
    if (end < 0) {
      return undefined;
    }
    this.#readLine(bytes.toString("latin1", 0, end));
    return bytes.subarray(end + 2);
  }

  /** @param {string} line */
  #readLine(line) {
    if (this.#expected === "size") {
      const [, size] = /^([0-9a-f]{1,12})[ \t]*(?:;|$)/i.exec(line) ?? [];
      if (size === undefined) {
        throw new MalformedResponse("a chunk does not begin with its length");
      }
      this.#missing = parseInt(size, 16);
      checkLength(this.#parts.length + this.#missing);
      this.#expected = this.#missing > 0 ? "data" : "trailers";
    } else if (this.#expected === "end of data") {
      if (line !== "") {
        throw new MalformedResponse("a chunk is longer than it says");
      }
      this.#expected = "size";
    } else if (line === "") {
      this.#expected = "done";
    }
    // Trailers tell nothing that is asked for.
  }
}

/** Pieces of a body whose length is not known before its end. */
class Parts {
  length = 0;
  /** @type {Buffer[]} */
  #parts = [];

  /** @param {Buffer} part */
  push(part) {
    checkLength(this.length + part.length);
    this.length += part.length;
    this.#parts.push(Buffer.from(part));
  }

  joined() {
    const bytes = new Uint8Array(this.length);
    let offset = 0;
    for (const part of this.#parts) {
      bytes.set(part, offset);
      offset += part.length;
    }
    return bytes;
  }
}

/** @param {number} length */
function checkLength(length) {
  if (length > MAX_RESPONSE_BYTES) {
    throw new Error(`the response is longer than ${MAX_RESPONSE_BYTES} bytes`);
  }
}
