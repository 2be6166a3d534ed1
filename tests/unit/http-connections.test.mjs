// Which connection an exchange goes over: kept, replaced, waited for, given up.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import net from "node:net";
import { test } from "node:test";
import { createHttpClient } from "../../js/runtime/http/client.mjs";
import { fetchOver } from "../shipped-fetch.mjs";
import { listen, listenRaw, post, textOf, until } from "./http-servers.mjs";

const { exchange } = createHttpClient({ builtin: createRequire(import.meta.url), outsideRequest: (run) => run() });
const fetch = fetchOver(exchange);

test("requests one after another share a connection", async () => {
  const connections = new Set();
  const url = await listen((incoming, outgoing) => {
    connections.add(incoming.socket);
    outgoing.end("ok");
  });
  for (let n = 0; n < 5; n += 1) {
    assert.equal(await textOf(await fetch(url, post("x"))), "ok");
  }
  assert.equal(connections.size, 1);
});

test("a kept connection that the server has closed is replaced unnoticed", async () => {
  // It answers each connection's first request, and resets the connection at the second.
  let connections = 0;
  const url = await listenRaw((socket) => {
    connections += 1;
    let requests = 0;
    socket.on("data", () => {
      requests += 1;
      requests === 1 ? socket.write("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok") : socket.resetAndDestroy();
    });
  });
  for (let n = 0; n < 3; n += 1) {
    assert.equal(await textOf(await fetch(url, post("x"))), "ok");
  }
  assert.ok(connections >= 2, `${connections} connections`);
});

test("no more than 50 connections are open at once, the others wait, and who is called off is never sent", async () => {
  const connections = new Set();
  /** @type {string[]} */
  const received = [];
  /** @type {(() => void)[]} */
  const held = [];
  const url = await listen(async (incoming, outgoing) => {
    connections.add(incoming.socket);
    received.push(incoming.headers["x-name"]?.toString() ?? "");
    held.push(() => outgoing.end("ok"));
  });
  const controller = new AbortController();
  const names = Array.from({ length: 60 }, (_, index) => `${index}`);
  const answers = names.map((name) =>
    fetch(url, { ...post("x", { "x-name": name }), ...(name === "55" && { signal: controller.signal }) }).catch(() => "called off"),
  );
  await until(() => held.length === 50);
  controller.abort();
  for (let answered = 0; answered < 59; answered += 1) {
    await until(() => held.length > 0);
    held.shift()?.();
  }
  assert.equal((await Promise.all(answers)).filter((answer) => answer === "called off").length, 1);
  assert.equal(connections.size, 50);
  assert.deepEqual(received.sort(), names.filter((name) => name !== "55").sort());
});

test("kept connections that have gone silent together cost one attempt, not one each", async () => {
  const { url, connections, hold } = await heldServer();
  await Promise.all(Array.from({ length: 8 }, () => fetch(url, post("x"))));
  assert.equal(connections.size, 8);
  const gone = new Set(connections);
  hold((socket) => gone.has(socket));
  await assert.rejects(fetch(url, { ...post("x"), signal: AbortSignal.timeout(150) }), /called off/);
  const response = await fetch(url, { ...post("x"), signal: AbortSignal.timeout(2_000) });
  assert.equal(await textOf(response), "ok");
  await until(() => connections.size === 1);
});

test("a connection that has answered since another one fell silent is kept", async () => {
  const { url, connections, hold } = await heldServer();
  await Promise.all([fetch(url, post("x")), fetch(url, post("x"))]);
  hold((_socket, { headers }) => headers["x-name"] === "slow");
  const slow = fetch(url, { ...post("x", { "x-name": "slow" }), signal: AbortSignal.timeout(150) });
  await fetch(url, post("x"));
  await assert.rejects(slow, /called off/);
  const before = new Set(connections);
  await fetch(url, post("x"));
  assert.deepEqual([...connections].filter((socket) => !before.has(socket)), []);
});

test("a request that is called off before an answer can be there takes no other connection along", async () => {
  const { url, connections, hold } = await heldServer();
  await Promise.all(Array.from({ length: 4 }, () => fetch(url, post("x"))));
  hold((_socket, { headers }) => headers["x-name"] === "slow");
  const slow = fetch(url, { ...post("x", { "x-name": "slow" }), signal: AbortSignal.timeout(20) });
  await assert.rejects(slow, /called off/);
  await until(() => connections.size === 3);
});

test("a connection that takes longer to open than a request may wait is there for the next one", async () => {
  const { url, connections } = await heldServer();
  /** @type {net.Socket[]} */
  const opened = [];
  const connect = (/** @type {net.NetConnectOpts} */ to) => {
    const socket = new net.Socket();
    opened.push(socket);
    setTimeout(() => socket.destroyed || socket.connect(to), 200);
    return socket;
  };
  const builtin = () => ({ ...net, connect });
  const fetchSlowly = fetchOver(createHttpClient({ builtin, outsideRequest: (run) => run() }).exchange);
  for (let n = 0; n < 3; n += 1) {
    await assert.rejects(fetchSlowly(url, { ...post("x"), signal: AbortSignal.timeout(20) }), /called off/);
  }
  // Of those that nobody waits for, one is opened.
  assert.deepEqual(opened.map((socket) => socket.destroyed), [false, true, true]);
  await once(/** @type {net.Socket} */ (opened[0]), "connect");
  assert.equal(connections.size, 0);
  assert.equal(await textOf(await fetchSlowly(url, { ...post("x"), signal: AbortSignal.timeout(150) })), "ok");
  assert.equal(opened.length, 3);
  opened[0]?.destroy();
});

test("a connection over which more came than was asked for is not used again", async () => {
  let connections = 0;
  const url = await listenRaw((socket) => {
    connections += 1;
    socket.on("data", () => {
      socket.write("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok");
      setTimeout(() => socket.write("HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nevil"), 10);
    });
  });
  assert.equal(await textOf(await fetch(url, post("x"))), "ok");
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert.equal(await textOf(await fetch(url, post("x"))), "ok");
  assert.equal(connections, 2);
});

test("a connection that the server keeps for a moment only is not used after it", async () => {
  let connections = 0;
  const url = await listenRaw((socket) => {
    connections += 1;
    socket.on("data", () => socket.write("HTTP/1.1 200 OK\r\nkeep-alive: timeout=1\r\ncontent-length: 2\r\n\r\nok"));
  });
  assert.equal(await textOf(await fetch(url, post("x"))), "ok");
  assert.equal(await textOf(await fetch(url, post("x"))), "ok");
  assert.equal(connections, 2);
});

test("a kept connection keeps no process alive, and a request does", async () => {
  const url = await listen((_incoming, outgoing) => void setTimeout(() => outgoing.end("ok"), 200));
  const module = new URL("../../js/runtime/http/client.mjs", import.meta.url);
  const script = `
    import { createRequire } from "node:module";
    import { createHttpClient } from ${JSON.stringify(module.href)};
    const builtin = createRequire(import.meta.url);
    const client = createHttpClient({ builtin, outsideRequest: (run) => run() });
    const settle = { resolve: ({ status }) => console.log(status), reject: console.error };
    client.exchange(${JSON.stringify(url)}, "POST", "", new Uint8Array(1), settle);`;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", script], { stdio: ["ignore", "pipe", "inherit"] });
  const overdue = setTimeout(() => child.kill(), 10_000);
  const printed = await textOfStream(child.stdout);
  const [code] = child.exitCode === null ? await once(child, "exit") : [child.exitCode];
  clearTimeout(overdue);
  assert.deepEqual([printed, code], ["200\n", 0]);
});

/** A server that does not answer what it is told to hold, with its open connections. */
async function heldServer() {
  /** @type {Set<net.Socket>} */
  const connections = new Set();
  /** @type {(socket: net.Socket, incoming: import("node:http").IncomingMessage) => boolean} */
  let isHeld = () => false;
  const url = await listen(async (incoming, outgoing) => {
    const { socket } = incoming;
    if (!connections.has(socket)) {
      connections.add(socket);
      socket.on("close", () => connections.delete(socket));
    }
    if (!isHeld(socket, incoming)) {
      await new Promise((resolve) => setTimeout(resolve, 10));
      outgoing.end("ok");
    }
  });
  return { url, connections, hold: (/** @type {typeof isHeld} */ which) => void (isHeld = which) };
}

/** @param {AsyncIterable<Buffer>} stream */
async function textOfStream(stream) {
  let text = "";
  for await (const chunk of stream) {
    text += chunk;
  }
  return text;
}
