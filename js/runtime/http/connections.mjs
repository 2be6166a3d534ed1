// The connections to one host: kept, reused, and not too many.

/** @typedef {import("./connection.mjs").Connection} Connection */
/** @typedef {import("./connection.mjs").Exchange} Exchange */
/** @typedef {import("./connection.mjs").Owner} Owner */

/**
 * Requests beyond them wait for one within their budget. AWS's own SDK has as many.
 * https://docs.aws.amazon.com/sdk-for-javascript/v3/developer-guide/node-configuring-maxsockets.html
 */
const MAX_CONNECTIONS = 50;

/**
 * AWS's NAT gateways silently drop connections that were idle for 350 seconds.
 * https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-troubleshooting.html
 */
const MAX_IDLE_MS = 300_000;

/** An answer takes DynamoDB a tenth of it. */
const SILENT_AFTER_MS = 100;

/** For so long a handshake goes on that nobody waits for any more: with what a get had waited, twice what one takes on a small Lambda. */
const MAX_OPENING_MS = 1_500;

/** Before the server's own limit: a request takes its time to get there. */
const MARGIN_MS = 1_000;

// Taken when the module loads: Next replaces the global one while it prerenders.
const now = performance.now.bind(performance);

export class Connections {
  #connect;
  /** @type {{ connection: Connection, since: number, until: number }[]} the one used last comes last */
  #idle = [];
  /** @type {Set<Connection>} */
  #all = new Set();
  /** @type {Connection | undefined} one whose exchange was called off before it was open */
  #opening;
  /** @type {Set<Exchange>} in the order in which they came */
  #waiting = new Set();

  /** @param {(owner: Owner) => Connection} connect */
  constructor(connect) {
    this.#connect = connect;
  }

  /** @param {Exchange} exchange */
  send(exchange) {
    try {
      const connection = this.#takeIdle() ?? this.#another();
      connection ? connection.send(exchange) : this.#waiting.add(exchange);
    } catch (error) {
      exchange.reject(error); // a socket that cannot even be made
    }
  }

  /**
   * Ends an exchange that nobody waits for. What its connection would bring belongs to nobody.
   *
   * @param {Exchange} exchange
   */
  cancel(exchange) {
    this.#waiting.delete(exchange);
    const { connection } = exchange;
    const silentSince = connection?.silentSince;
    if (silentSince !== undefined && now() - silentSince >= SILENT_AFTER_MS) {
      // A peer that has gone without a word took all its connections along, and each would cost an attempt.
      this.dropIdle(silentSince);
    }
    if (connection && !connection.isOpen && connection.isUsable && this.#mayOpen(connection)) {
      connection.abandon();
    } else {
      connection?.destroy();
    }
  }

  /**
   * Whether a connection is opened to its end, though nobody waits for it any more: where a handshake takes longer than a get may,
   * no get would ever have a connection. One at a time: the peer may not be there.
   *
   * @param {Connection} connection
   */
  #mayOpen(connection) {
    if (this.#opening) {
      return false;
    }
    this.#opening = connection;
    const timer = /** @type {any} */ (setTimeout(() => connection.isOpen || connection.destroy(), MAX_OPENING_MS));
    timer.unref();
    return true;
  }

  /** @param {Connection} connection that is open, or closed */
  #opened(connection) {
    if (this.#opening === connection) {
      this.#opening = undefined;
    }
  }

  /**
   * Those that are kept may be as dead as the one that has just turned out to be.
   *
   * @param {number} [since] those that have answered since then are not
   */
  dropIdle(since = Infinity) {
    const suspects = this.#idle.filter((idle) => idle.since < since);
    this.#idle = this.#idle.filter((idle) => idle.since >= since);
    suspects.forEach(({ connection }) => connection.destroy());
  }

  #takeIdle() {
    const at = now();
    // The first has been idle for longest.
    while (this.#idle[0] && this.#idle[0].until <= at) {
      this.#idle.shift()?.connection.destroy();
    }
    for (let last = this.#idle.pop(); last; last = this.#idle.pop()) {
      if (last.until > at && last.connection.isUsable) {
        return last.connection;
      }
      last.connection.destroy();
    }
    return undefined;
  }

  #another() {
    if (this.#all.size >= MAX_CONNECTIONS) {
      return undefined;
    }
    const connection = this.#connect({
      onFree: (free, keptForMs) => this.#free(free, keptForMs),
      onClose: (closed) => this.#closed(closed),
    });
    this.#all.add(connection);
    return connection;
  }

  /** @param {Connection} connection @param {number} keptForMs by the server */
  #free(connection, keptForMs) {
    this.#opened(connection);
    const [next] = this.#waiting;
    if (next) {
      this.#waiting.delete(next);
      connection.send(next);
      return;
    }
    connection.rest();
    const since = now();
    this.#idle.push({ connection, since, until: since + Math.min(keptForMs - MARGIN_MS, MAX_IDLE_MS) });
  }

  /** @param {Connection} connection */
  #closed(connection) {
    this.#all.delete(connection);
    this.#opened(connection);
    this.#idle = this.#idle.filter((idle) => idle.connection !== connection);
    const [next] = this.#waiting;
    if (next) {
      this.#waiting.delete(next);
      this.send(next);
    }
  }
}
