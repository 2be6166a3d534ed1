import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import http from "node:http";
import https from "node:https";
import { createRequire } from "node:module";
import net from "node:net";
import { after, test } from "node:test";
import { createHttpClient } from "../../js/runtime/http/client.mjs";
import { fetchTrusting, makeCertificates } from "../faults/certificates.mjs";
import { fetchOver } from "../shipped-fetch.mjs";

const { exchange } = createHttpClient({ builtin: createRequire(import.meta.url), outsideRequest: (run) => run() });
const fetch = fetchOver(exchange);

/** @type {(() => void)[]} */
const closers = [];
after(() => closers.forEach((close) => close()));

test("a request arrives whole, and its response is read whole", async () => {
  /** @type {{ method?: string, headers: http.IncomingHttpHeaders, body: string }[]} */
  const seen = [];
  const url = await listen(async (incoming, outgoing) => {
    let body = "";
    for await (const chunk of incoming) {
      body += chunk;
    }
    seen.push({ ...(incoming.method && { method: incoming.method }), headers: incoming.headers, body });
    outgoing.writeHead(400, { "x-amzn-errortype": "SomeException" });
    outgoing.write("first, ");
    outgoing.end("second");
  });
  const response = await fetch(url, post("{}", { "x-amz-target": "DynamoDB_20120810.GetItem" }));
  assert.equal(seen.length, 1);
  assert.equal(seen[0]?.method, "POST");
  assert.equal(seen[0]?.body, "{}");
  assert.equal(seen[0]?.headers["content-length"], "2");
  assert.equal(seen[0]?.headers["transfer-encoding"], undefined);
  assert.equal(seen[0]?.headers["x-amz-target"], "DynamoDB_20120810.GetItem");
  assert.equal(response.status, 400);
  assert.equal(headersOf(response)["x-amzn-errortype"], "SomeException");
  assert.equal(await textOf(response), "first, second");
});

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

test("a redirect is not followed", async () => {
  let requests = 0;
  const url = await listen((_incoming, outgoing) => {
    requests += 1;
    outgoing.writeHead(307, { location: "/elsewhere" }).end();
  });
  const response = await fetch(url, post("x"));
  assert.equal(response.status, 307);
  assert.equal(requests, 1);
});

test("an aborted request rejects at once and ends its connection", async () => {
  const controller = new AbortController();
  /** @type {Promise<unknown> | undefined} */
  let closed;
  const url = await listen((incoming) => {
    closed = once(incoming.socket, "close");
    controller.abort();
  });
  await assert.rejects(fetch(url, { ...post("x"), signal: controller.signal }), /called off/);
  await closed;
});

test("an abort while the response comes rejects", async () => {
  const controller = new AbortController();
  const url = await listen((_incoming, outgoing) => {
    outgoing.writeHead(200, { "content-length": "100" });
    outgoing.write("only this");
    setTimeout(() => controller.abort(), 20);
  });
  await assert.rejects(fetch(url, { ...post("x"), signal: controller.signal }));
});

test("a signal that is aborted already sends nothing", async () => {
  let requests = 0;
  const url = await listen((_incoming, outgoing) => {
    requests += 1;
    outgoing.end();
  });
  await assert.rejects(fetch(url, { ...post("x"), signal: AbortSignal.abort() }), { name: "AbortError" });
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.equal(requests, 0);
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

test("a connection that breaks within a response is an error, not a repetition", async () => {
  let requests = 0;
  const url = await listenRaw((socket) => {
    socket.on("data", () => {
      requests += 1;
      const whole = requests === 1;
      socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${whole ? 2 : 10}\r\n\r\nok`);
      if (!whole) {
        setTimeout(() => socket.resetAndDestroy(), 20);
      }
    });
  });
  assert.equal(await textOf(await fetch(url, post("x"))), "ok");
  await assert.rejects(fetch(url, post("x")), { code: "ECONNRESET" });
  assert.equal(requests, 2);
});

test("a fresh connection that breaks is an error at once", async () => {
  let connections = 0;
  const url = await listenRaw((socket) => {
    connections += 1;
    socket.on("data", () => socket.resetAndDestroy());
  });
  await assert.rejects(fetch(url, post("x")), { code: "ECONNRESET" });
  assert.equal(connections, 1);
});

test("nobody listening is an error that says so", async () => {
  const url = await listen(() => {});
  closers.pop()?.();
  await assert.rejects(fetch(url, post("x")), { code: "ECONNREFUSED" });
});

test("a response over the limit is cut off", async () => {
  const megabyte = Buffer.alloc(1024 * 1024);
  const url = await listen((_incoming, outgoing) => {
    let left = 40;
    const more = () => {
      while (left > 0 && !outgoing.destroyed && outgoing.write(megabyte)) {
        left -= 1;
      }
      left > 0 ? outgoing.once("drain", more) : outgoing.end();
    };
    more();
  });
  await assert.rejects(fetch(url, post("x")), /the response is longer than 33554432 bytes/);
});

test("a request of any length arrives whole", async () => {
  const url = await listen(async (incoming, outgoing) => {
    let length = 0;
    for await (const chunk of incoming) {
      length += chunk.length;
    }
    outgoing.end(`${incoming.headers["content-length"]} ${length}`);
  });
  for (const length of [1, 65_536, 65_537, 5_000_000]) {
    assert.equal(await textOf(await fetch(url, post("x".repeat(length)))), `${length} ${length}`);
  }
});

test("a method without a body sends none, and another says that its body is empty", async () => {
  const url = await listen((incoming, outgoing) => {
    outgoing.end(`${incoming.method} ${incoming.url} ${incoming.headers["content-length"]}`);
  });
  assert.equal(await textOf(await fetch(`${url}a?b=c`, { ...post(""), method: "GET" })), "GET /a?b=c undefined");
  assert.equal(await textOf(await fetch(url, { ...post(""), method: "PUT" })), "PUT / 0");
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

test("a socket that cannot even be made is an error", async () => {
  const connect = () => {
    throw new RangeError("no socket");
  };
  const builtin = () => ({ connect, isIP: () => 4 });
  const { exchange } = createHttpClient({ builtin, outsideRequest: (run) => run() });
  await assert.rejects(exchange("http://127.0.0.1/", "GET", [], new Uint8Array()).promise, /no socket/);
  await assert.rejects(exchange("nonsense", "GET", [], new Uint8Array()).promise, /Invalid URL/);
});

test("a later handshake resumes the session of an earlier one", async () => {
  const { ca, good } = makeCertificates();
  /** @type {boolean[]} */
  const resumed = [];
  const server = https.createServer(good, (incoming, outgoing) => {
    resumed.push(/** @type {import("node:tls").TLSSocket} */ (incoming.socket).isSessionReused());
    outgoing.writeHead(200, { connection: "close" }).end("ok");
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  closers.push(() => server.close());
  const secureFetch = fetchTrusting(ca);
  const url = addressOf(server).replace("http:", "https:");
  for (let n = 0; n < 3; n += 1) {
    assert.equal(await textOf(await secureFetch(url, post("x"))), "ok");
  }
  assert.deepEqual(resumed, [false, true, true]);
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

test("a response that comes before the whole request is taken, and the connection is not used again", { timeout: 20_000 }, async () => {
  let connections = 0;
  const url = await listenRaw((socket) => {
    connections += 1;
    socket.pause();
    socket.write("HTTP/1.1 413 Too Large\r\ncontent-length: 0\r\n\r\n");
  });
  const body = "x".repeat(20_000_000);
  assert.equal((await fetch(url, post(body))).status, 413);
  assert.equal((await fetch(url, post(body))).status, 413);
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
    const { promise } = client.exchange(${JSON.stringify(url)}, "POST", [], new Uint8Array(1));
    promise.then(({ status }) => console.log(status));`;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", script], { stdio: ["ignore", "pipe", "inherit"] });
  const overdue = setTimeout(() => child.kill(), 10_000);
  const printed = await textOfStream(child.stdout);
  const [code] = child.exitCode === null ? await once(child, "exit") : [child.exitCode];
  clearTimeout(overdue);
  assert.deepEqual([printed, code], ["200\n", 0]);
});

/**
 * @param {string} text
 * @param {Record<string, string>} [headers]
 */
function post(text, headers = {}) {
  const body = new TextEncoder().encode(text);
  return { method: "POST", headers, body, signal: new AbortController().signal, redirect: /** @type {const} */ ("error") };
}

/** @param {http.RequestListener} listener */
async function listen(listener) {
  const server = http.createServer(listener).listen(0, "127.0.0.1");
  await once(server, "listening");
  closers.push(() => {
    server.close();
    server.closeAllConnections();
  });
  return addressOf(server);
}

/** A server that does not answer what it is told to hold, with its open connections. */
async function heldServer() {
  /** @type {Set<net.Socket>} */
  const connections = new Set();
  /** @type {(socket: net.Socket, incoming: http.IncomingMessage) => boolean} */
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

/** @param {(socket: net.Socket) => void} listener */
async function listenRaw(listener) {
  /** @type {Set<net.Socket>} */
  const sockets = new Set();
  const server = net.createServer((socket) => {
    sockets.add(socket.on("error", () => {}));
    listener(socket);
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  closers.push(() => {
    server.close();
    sockets.forEach((socket) => socket.destroy());
  });
  return addressOf(server);
}

/** @param {net.Server} server */
function addressOf(server) {
  const { port } = /** @type {net.AddressInfo} */ (server.address());
  return `http://127.0.0.1:${port}/`;
}

/** @param {() => boolean} holds */
async function until(holds) {
  const giveUpAt = performance.now() + 5_000;
  while (!holds()) {
    assert.ok(performance.now() < giveUpAt, "waited for five seconds");
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

/** @param {AsyncIterable<Buffer>} stream */
async function textOfStream(stream) {
  let text = "";
  for await (const chunk of stream) {
    text += chunk;
  }
  return text;
}

/** @param {{ arrayBuffer(): Promise<ArrayBuffer> }} response */
async function textOf(response) {
  return new TextDecoder().decode(await response.arrayBuffer());
}

/** @param {{ headers: { forEach(callback: (value: string, name: string) => void): void } }} response */
function headersOf({ headers }) {
  /** @type {Record<string, string>} */
  const found = {};
  headers.forEach((value, name) => (found[name] = value));
  return found;
}
