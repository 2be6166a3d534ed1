// The network between an instance and its table: fair for some seconds, then requests are lost, late, repeated or refused.

import { pause } from "../../scripts/demo/processes.mjs";
import { startFaultServer } from "../faults/server.mjs";
import { answer, refusal } from "../faults/wire.mjs";

/** @typedef {import("../faults/server.mjs").Exchange} Exchange */
/** @typedef {Awaited<ReturnType<typeof startWeather>>} Weather */
/** @typedef {(exchange: Exchange) => unknown} Asked what becomes of a request */

const FAIR_MS = 4_000;
const BAD_MS = 3_000;
/** Of all bad weather, that which lets only revalidations fail; and for how long, so that one is seen to hold on the instance that alone knows of it. */
const THROTTLED = 0.3;
const THROTTLED_MS = 12_000;
/** Nothing arrives later than this, milliseconds; the instance has given up long before, and has tried again. */
const LATE_MS = 4_000;
/** Of the requests in any other. */
const SPARED = 0.25;

/** What becomes of the others. @type {Record<string, Asked>} */
const BAD = {
  "requests are lost": () => {},
  "requests are lost with their connections": ({ socket }) => socket.resetAndDestroy(),
  "answers are lost": ({ fromEmulator }) => fromEmulator(),
  "answers are lost with their connections": async ({ socket, fromEmulator }) => {
    await fromEmulator();
    socket.resetAndDestroy();
  },
  "requests are late": async ({ forward }) => {
    await pause(Math.random() * LATE_MS);
    await forward();
  },
  "answers are late": async ({ socket, fromEmulator }) => {
    const { status, body } = await fromEmulator();
    await pause(Math.random() * LATE_MS);
    socket.write(answer(status, body));
  },
  "requests arrive twice": async ({ fromEmulator, forward }) => {
    await forward();
    await pause(Math.random() * LATE_MS);
    await fromEmulator();
  },
  "the table fails": ({ socket }) => socket.write(refusal("InternalServerError", 500)),
  "the table is throttled": throttle,
};

/** @param {Exchange} exchange */
function throttle({ socket }) {
  socket.write(refusal("ProvisionedThroughputExceededException"));
}

/** As where too many revalidate: the log is one row. @param {Exchange} exchange */
function throttlesRevalidations(exchange) {
  return exchange.request.operation === "UpdateItem" ? throttle(exchange) : exchange.forward();
}

/** Bad weather of any kind, which spares some. @returns {[string, Asked]} */
function anyOfBad() {
  const names = Object.keys(BAD);
  const name = names[Math.floor(Math.random() * names.length)] ?? "";
  return [name, (exchange) => (Math.random() < SPARED ? exchange.forward() : BAD[name]?.(exchange))];
}

/**
 * @param {string} endpoint of the table
 * @param {(what: string) => void} progress
 */
export async function startWeather(endpoint, progress) {
  const server = await startFaultServer(endpoint);
  let isOver = false;
  const changes = (async () => {
    while (!isOver) {
      await pause(1_000 + Math.random() * FAIR_MS);
      const [name, asked] = Math.random() < THROTTLED ? ["revalidations are throttled", throttlesRevalidations] : anyOfBad();
      progress(name);
      server.behave({ asked });
      await pause(asked === throttlesRevalidations ? THROTTLED_MS : 300 + Math.random() * BAD_MS);
      server.behave();
      progress("the weather is fair");
    }
  })();
  return {
    endpoint: server.endpoint,
    /** Fair for good, once what is late has come. */
    async clear() {
      isOver = true;
      await changes;
      await pause(LATE_MS);
    },
    stop: () => server.stop(),
  };
}
