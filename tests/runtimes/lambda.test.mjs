// AWS Lambda freezes a function between invocations and thaws it minutes later: clocks have jumped, connections are dead,
// credentials are over. The emulator and the runtime client are the service's own.

import assert from "node:assert/strict";
import { rename, writeFile } from "node:fs/promises";
import { Agent, createServer, request } from "node:http";
import { join } from "node:path";
import { after, afterEach, before, beforeEach, test } from "node:test";
import { createCacheTable } from "../../js/create-table.mjs";
import { pause, stop } from "../../scripts/demo/processes.mjs";
import { EMULATOR_CREDENTIALS, startEmulator } from "../emulators.mjs";
import { installPackage, installRuntimes, removePackage } from "./installation.mjs";
import { lambda, startProgram } from "./runtimes.mjs";

const MINUTE_MS = 60_000;
const PATH = "2015-03-31/functions/function/invocations";
const TABLE = { tableName: "frozen", region: "eu-central-1" };
/** AWS refuses a signature that is off by five minutes. */
const MAX_SKEW_MS = 5 * MINUTE_MS;
/** As long as a function's role gives keys for at the least that are not renewed at once. */
const KEYS_LAST_MS = 25 * MINUTE_MS;

/** @typedef {{ wall: number, monotonic: number }} Ahead milliseconds */

/** @type {import("./bundles.mjs").Place} */
let place;
/** @type {Awaited<ReturnType<typeof startEmulator>>} */
let emulator;
/** @type {Awaited<ReturnType<typeof startStore>>} */
let store;
/** @type {Awaited<ReturnType<typeof startFunction>>} */
let lambdaFunction;
let tests = 0;

before(async () => {
  place = { modules: await installRuntimes(), folder: await installPackage() };
  emulator = await startEmulator("dynalite");
  await createCacheTable({ ...TABLE, endpoint: emulator.endpoint, credentials: EMULATOR_CREDENTIALS });
});
after(async () => {
  await emulator.stop();
  await removePackage(place.folder);
});
beforeEach(async () => {
  store = await startStore(emulator.endpoint);
  lambdaFunction = await startFunction(`frozen ${++tests}`);
});
afterEach(async () => {
  await lambdaFunction.end();
  store.end();
});

test("a cold start stores, and warm invocations of the same process read", async () => {
  const { invoke } = lambdaFunction;
  const cold = await invoke("set", "cold", "value");
  assert.equal(cold.answer, true);
  const warm = await invoke("get", "cold");
  assert.equal(warm.answer.value, "value");
  assert.equal(warm.pid, cold.pid);
});

/** @type {Record<string, Ahead>} */
const JUMPS = {
  "both clocks have jumped": { wall: 40 * MINUTE_MS, monotonic: 40 * MINUTE_MS },
  "the monotonic clock stood still": { wall: 40 * MINUTE_MS, monotonic: 0 },
};
for (const [name, jump] of Object.entries(JUMPS)) {
  test(`after a thaw in which ${name}, get, set and revalidateTag work within their usual budgets`, async () => {
    const { invoke, frozen } = lambdaFunction;
    await invoke("set", "page", "before", { tags: ["tag"], expire: 7_200 });
    await frozen(jump, () => store.endConnections());

    const got = await invoke("get", "page");
    assert.equal(got.answer?.value, "before");
    assert.equal(got.events.at(-1).type, "hit");
    await invoke("revalidateTag", "tag");
    assert.equal((await invoke("get", "page")).answer, null);
    assert.equal((await invoke("set", "page", "after")).answer, true);
    assert.equal((await invoke("get", "page")).answer.value, "after");
    assert.deepEqual(store.refused, [], "every request after the thaw was signed with its time and with fresh keys");
    assert.ok(store.keys.size >= 2, `keys were fetched again: ${[...store.keys]}`);
  });
}

test("connections that are silent after a thaw cost no invocation more than its budget", async () => {
  const { invoke, frozen } = lambdaFunction;
  await invoke("set", "page", "value");
  await frozen({ wall: 10 * MINUTE_MS, monotonic: 0 }, () => store.silenceConnections());
  assert.equal((await invoke("get", "page")).answer?.value, "value");
  assert.ok(store.silent > 0, "a silent connection was tried");
});

test("connections are not tried after they have been idle for longer than a network keeps them", async () => {
  const { invoke, frozen } = lambdaFunction;
  await invoke("set", "page", "value");
  await frozen({ wall: 10 * MINUTE_MS, monotonic: 10 * MINUTE_MS }, () => store.silenceConnections());
  assert.equal((await invoke("get", "page")).answer?.value, "value");
  assert.equal(store.silent, 0, "no silent connection was tried");
});

test("a set that was under way when the function was frozen is settled, and what comes after it works", async () => {
  const { invoke, frozen } = lambdaFunction;
  await invoke("set", "page", "before");
  store.hold();
  const left = await lambdaFunction.leave("set", "page", "after");
  await frozen({ wall: 10 * MINUTE_MS, monotonic: 10 * MINUTE_MS }, () => store.endConnections());
  store.release();
  const { pid, answer } = await invoke("get", "page");
  assert.equal(pid, left.pid, "the process is the same");
  assert.match(answer?.value ?? "", /^(before|after)$/);
  assert.equal((await invoke("set", "page", "again")).answer, true);
  assert.equal((await invoke("get", "page")).answer.value, "again");
  // The request that was under way may be sent again as it was, which AWS refuses once; nothing that was signed later is.
  assert.ok(store.refused.length <= 1, store.refused.join("\n"));
  assert.ok(store.skewMs < 30_000, `a signature was off by ${store.skewMs} ms`);
});

/** A function of the service's emulator, over the store. @param {string} name */
async function startFunction(name) {
  const clock = join(place.folder, `${name}.json`);
  const setClock = async (/** @type {Ahead} */ ahead) => {
    await writeFile(`${clock}.fresh`, JSON.stringify(ahead));
    await rename(`${clock}.fresh`, clock);
    store.ahead = ahead;
  };
  await setClock({ wall: 0, monotonic: 0 });
  const { url, process } = await startProgram(name, lambda(place, "frozen.handler"), place, PATH, {
    CLOCK: clock,
    NODE_OPTIONS: `--import=${join(place.folder, "clock.mjs")}`,
    AWS_CONTAINER_CREDENTIALS_FULL_URI: `${store.endpoint}/credentials`,
    AWS_EC2_METADATA_DISABLED: "true",
  });
  const options = { ...TABLE, endpoint: store.endpoint, readTimeoutMs: 3_000, coldTimeoutMs: 5_000, writeTimeoutMs: 5_000 };
  /** @type {number} */
  let pid;
  const call = async (/** @type {string} */ method, /** @type {unknown[]} */ args, awaited = true) => {
    const response = await fetch(url, { method: "POST", body: JSON.stringify({ method, args, options, awaited }) });
    const text = await response.text();
    assert.ok(response.ok && !text.includes("errorMessage"), `${method}: ${response.status} ${text}\n${process.output()}`);
    const result = JSON.parse(text);
    pid = result.pid;
    return result;
  };
  return {
    invoke: (/** @type {string} */ method, /** @type {unknown[]} */ ...args) => call(method, args),
    /** Calls without waiting. */
    leave: (/** @type {string} */ method, /** @type {unknown[]} */ ...args) => call(method, args, false),
    /**
     * Stops the process as the service does, and lets it go on when the clocks have jumped.
     *
     * @param {Ahead} jump
     * @param {() => void} meanwhile
     */
    async frozen(jump, meanwhile) {
      globalThis.process.kill(pid, "SIGSTOP");
      await setClock(jump);
      meanwhile();
      await pause(200);
      globalThis.process.kill(pid, "SIGCONT");
    },
    end: () => stop(process),
  };
}

/**
 * DynamoDB, as strict about times and keys as AWS is, on connections that can be cut, and the credentials of the function's
 * role.
 *
 * @param {string} endpoint
 */
async function startStore(endpoint) {
  /** @type {Set<import("node:net").Socket>} */
  const sockets = new Set();
  const silenced = new WeakSet();
  const agent = new Agent({ keepAlive: true });
  /** @type {Promise<void> | undefined} */
  let held;
  /** @type {() => void} */
  let release = () => {};
  const server = createServer(async (incoming, answer) => {
    if (silenced.has(incoming.socket)) {
      state.silent++;
      return;
    }
    const now = Date.now() + state.ahead.wall;
    if (incoming.url === "/credentials") {
      const Expiration = new Date(now + KEYS_LAST_MS).toISOString();
      const keys = { AccessKeyId: `AKID${now}`, SecretAccessKey: "secret", Token: "token", Expiration };
      answer.end(JSON.stringify(keys));
      return;
    }
    await held;
    const refusal = state.check(incoming, now);
    if (refusal) {
      answer.writeHead(400, { date: new Date(now).toUTCString() }).end(JSON.stringify(refusal));
      return;
    }
    const { method, headers } = incoming;
    const passed = request(endpoint, { method, headers, agent }, (response) => {
      answer.writeHead(response.statusCode ?? 502, response.headers);
      response.pipe(answer);
    });
    passed.on("error", () => answer.destroy());
    incoming.pipe(passed);
  });
  server.keepAliveTimeout = 10 * MINUTE_MS;
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("error", () => {}).on("close", () => sockets.delete(socket));
  });
  const state = {
    endpoint: "",
    ahead: { wall: 0, monotonic: 0 },
    /** @type {string[]} what AWS would have refused */
    refused: [],
    /** @type {Set<string>} */
    keys: new Set(),
    /** The most that an accepted signature was off. */
    skewMs: 0,
    /** Requests that came on silent connections. */
    silent: 0,
    /**
     * @param {import("node:http").IncomingMessage} request
     * @param {number} now
     * @returns {object | undefined} AWS's refusal
     */
    check({ headers }, now) {
      const [, key = "", keyMadeAt = 0] = /Credential=(AKID(\d+))/.exec(headers.authorization ?? "") ?? [];
      const signedAt = Date.parse(String(headers["x-amz-date"]).replace(/(....)(..)(..T..)(..)(..Z)/, "$1-$2-$3:$4:$5"));
      if (!(Math.abs(signedAt - now) < MAX_SKEW_MS)) {
        const message = `Signature expired: ${headers["x-amz-date"]} is now earlier than ${new Date(now).toISOString()}`;
        state.refused.push(message);
        return { __type: "com.amazon.coral.service#InvalidSignatureException", message };
      }
      if (!(now < Number(keyMadeAt) + KEYS_LAST_MS)) {
        const message = "The security token included in the request is expired";
        state.refused.push(message);
        return { __type: "com.amazon.coral.service#ExpiredTokenException", message };
      }
      state.keys.add(key);
      state.skewMs = Math.max(state.skewMs, Math.abs(signedAt - now));
      return undefined;
    },
    endConnections: () => sockets.forEach((socket) => socket.destroy()),
    silenceConnections: () => sockets.forEach((socket) => silenced.add(socket)),
    /** Lets requests wait until they are released. */
    hold: () => void (held = new Promise((resolve) => (release = resolve))),
    release() {
      held = undefined;
      release();
    },
    end() {
      release();
      agent.destroy();
      server.close();
      server.closeAllConnections();
    },
  };
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  state.endpoint = `http://127.0.0.1:${/** @type {import("node:net").AddressInfo} */ (server.address()).port}`;
  return state;
}
