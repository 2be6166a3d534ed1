import assert from "node:assert/strict";
import { once } from "node:events";
import http from "node:http";
import { createRequire } from "node:module";
import net from "node:net";
import { after, test } from "node:test";
import { createHttpClient } from "../../js/runtime/http/client.mjs";
import { fetchOver } from "../shipped-fetch.mjs";

const client = createHttpClient({ builtin: createRequire(import.meta.url), outsideRequest: (run) => run() });
const fetch = fetchOver(client.exchange);

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
