// A connection, and the one exchange at a time that goes over it.

import { ResponseReader } from "./response-reader.mjs";

/** @typedef {import("../runtime.d.ts").HttpResponse} HttpResponse */

/**
 * @typedef {object} Exchange
 * @property {Uint8Array[]} request
 * @property {(response: HttpResponse) => void} resolve
 * @property {(error: unknown) => void} reject
 * @property {Connection} [connection] the one that it goes over
 */

/**
 * @typedef {object} Owner
 * @property {(connection: Connection, keptForMs: number) => void} onFree told when it can be used again, and for how long
 *   the server keeps it
 * @property {(connection: Connection) => void} onClose
 */

/**
 * @callback Connect
 * @param {import("node:net").OnReadOpts | undefined} onread into what to read
 * @returns {import("node:net").Socket} on its way
 */

/** How often an idle connection is tried, as Node's own client has it. */
const PROBE_AFTER_MS = 1_000;

/** As many as Node.js makes room for at each read, unless it has one buffer for all: to make it takes longer than to copy what is kept. */
const READ_BYTES = 64 * 1024;

/** Deno and Bun have Node's sockets, but not this of them for certain. */
const readsIntoBuffer = !("deno" in process.versions || "bun" in process.versions);

// Taken when the module loads: Next replaces the global one while it prerenders.
const now = performance.now.bind(performance);

/** A kept connection turned out to be closed, before it brought a byte of the response. */
export class DeadConnection extends Error {}

export class Connection {
  #socket;
  #isOpen = false;
  #isReused = false;
  #sentAt = 0;
  /** @type {Exchange | undefined} */
  #exchange;
  /** @type {ResponseReader | undefined} of a response that has begun */
  #reader;
  #owner;

  /**
   * @param {Connect} connect
   * @param {"connect" | "secureConnect"} opened the event after which it can be trusted with a request
   * @param {Owner} owner
   */
  constructor(connect, opened, owner) {
    const socket = connect(readsIntoBuffer ? this.#buffered() : undefined);
    this.#socket = socket;
    this.#owner = owner;
    socket.once(opened, () => this.#open());
    socket.on("data", (chunk) => this.#receive(chunk)); // of one that has no buffer to read into
    socket.on("end", () => this.#ended());
    socket.on("error", (error) => this.#fail(error));
    socket.on("close", () => {
      this.#fail(closedEarly());
      owner.onClose(this);
    });
  }

  get isUsable() {
    return !this.#socket.destroyed;
  }

  /** Whether it is there already; a handshake may take longer than a request may. */
  get isOpen() {
    return this.#isOpen;
  }

  /** When what goes over it was sent, where it is a kept connection that has brought no byte since. */
  get silentSince() {
    return this.#isReused && this.#exchange && !this.#reader ? this.#sentAt : undefined;
  }

  /** @param {Exchange} exchange */
  send(exchange) {
    this.#exchange = exchange;
    this.#sentAt = now();
    exchange.connection = this;
    this.#socket.ref();
    if (this.#isOpen) {
      this.#write(exchange);
    }
  }

  /** Leaves off what it was opened for, and opens it all the same: for the next one. */
  abandon() {
    if (this.#exchange) {
      this.#leave(this.#exchange);
    }
    this.rest();
  }

  /** Ends it, and whatever goes over it. */
  destroy() {
    this.#socket.destroy();
  }

  /** An idle one keeps no process alive. */
  rest() {
    this.#socket.unref();
  }

  #open() {
    this.#isOpen = true;
    this.#socket.setNoDelay(true);
    this.#socket.setKeepAlive(true, PROBE_AFTER_MS);
    if (this.#exchange) {
      this.#write(this.#exchange);
    } else {
      this.#isReused = true; // it may be closed before it is used
      this.#owner.onFree(this, Infinity);
    }
  }

  /** @param {Exchange} exchange */
  #write({ request }) {
    const [first, ...rest] = request;
    if (rest.length === 0) {
      this.#socket.write(first);
      return;
    }
    this.#socket.cork();
    request.forEach((bytes) => this.#socket.write(bytes));
    this.#socket.uncork();
  }

  #buffered() {
    const buffer = Buffer.allocUnsafeSlow(READ_BYTES);
    const callback = (/** @type {number} */ length) => {
      this.#receive(buffer.subarray(0, length));
      return true;
    };
    return { buffer, callback };
  }

  /** @param {Buffer} chunk whose memory is read into again */
  #receive(chunk) {
    const exchange = this.#exchange;
    if (!exchange) {
      return this.destroy(); // nothing was asked
    }
    this.#reader ??= new ResponseReader();
    try {
      const response = this.#reader.push(chunk);
      if (response) {
        this.#finish(exchange, response, this.#reader);
      }
    } catch (error) {
      this.#fail(error);
    }
  }

  #ended() {
    const response = this.#reader?.end();
    if (this.#exchange && response && this.#reader) {
      this.#finish(this.#exchange, response, this.#reader);
    }
    this.destroy();
  }

  /**
   * @param {Exchange} exchange
   * @param {HttpResponse} response
   * @param {ResponseReader} reader
   */
  #finish(exchange, response, { keepsConnection, keptForMs }) {
    this.#leave(exchange);
    // A server that answers before it has the whole request will not read the rest as one.
    if (keepsConnection && this.#socket.writableLength === 0) {
      this.#isReused = true;
      this.#owner.onFree(this, keptForMs);
    } else {
      this.destroy();
    }
    exchange.resolve(response);
  }

  /** @param {Exchange} exchange */
  #leave(exchange) {
    exchange.connection = undefined;
    this.#exchange = undefined;
    this.#reader = undefined;
  }

  /** @param {unknown} error */
  #fail(error) {
    const exchange = this.#exchange;
    const isDead = this.#isReused && !this.#reader;
    this.destroy();
    if (exchange) {
      this.#leave(exchange);
      exchange.reject(isDead ? new DeadConnection("", { cause: error }) : error);
    }
  }
}

function closedEarly() {
  return Object.assign(new Error("the connection was closed before the response was whole"), { code: "ECONNRESET" });
}
