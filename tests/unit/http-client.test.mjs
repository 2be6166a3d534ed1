import assert from "node:assert/strict";
import { once } from "node:events";
import https from "node:https";
import { createRequire } from "node:module";
import { test } from "node:test";
import { exchangeBy } from "../../js/fetch-exchange.mjs";
import { createHttpClient } from "../../js/runtime/http/client.mjs";
import { fetchTrusting, makeCertificates } from "../faults/certificates.mjs";
import { exchanged, fetchOver } from "../shipped-fetch.mjs";
import { addressOf, closers, listen, listenRaw, post, textOf } from "./http-servers.mjs";

const { exchange } = createHttpClient({ builtin: createRequire(import.meta.url), outsideRequest: (run) => run() });
const fetch = fetchOver(exchange);

test("a request arrives whole, and its response is read whole", async () => {
  /** @type {{ method?: string, headers: import("node:http").IncomingHttpHeaders, body: string }[]} */
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

test("a response of any length arrives whole, also over TLS and beside others", async () => {
  const { ca, good } = makeCertificates();
  /** @type {import("node:http").RequestListener} */
  const answer = (incoming, outgoing) => {
    const length = Number(incoming.headers["x-length"]);
    const body = Buffer.alloc(length, `${length} `);
    outgoing.writeHead(200, incoming.headers["x-chunked"] ? {} : { "content-length": length }).write(body.subarray(0, 3));
    outgoing.end(body.subarray(3));
  };
  const server = https.createServer(good, answer);
  await once(server.listen(0, "127.0.0.1"), "listening");
  closers.push(() => (server.close(), server.closeAllConnections()));
  const urls = /** @type {const} */ ([[fetch, await listen(answer)], [fetchTrusting(ca), addressOf(server).replace("http:", "https:")]]);
  for (const [from, url] of urls) {
    const lengths = [4, 16_384, 65_000, 65_536, 200_000, 5_000_000];
    const texts = lengths.flatMap((length) => ["", "1"].map(async (chunked) => textOf(await from(url, post("x", { "x-length": `${length}`, "x-chunked": chunked })))));
    for (const [index, text] of (await Promise.all(texts)).entries()) {
      const length = lengths[index >> 1] ?? 0;
      assert.ok(text === Buffer.alloc(length, `${length} `).toString(), `${length} bytes from ${url}`);
    }
  }
});

test("a method without a body sends none, and another says that its body is empty", async () => {
  const url = await listen((incoming, outgoing) => {
    outgoing.end(`${incoming.method} ${incoming.url} ${incoming.headers["content-length"]}`);
  });
  assert.equal(await textOf(await fetch(`${url}a?b=c`, { ...post(""), method: "GET" })), "GET /a?b=c undefined");
  assert.equal(await textOf(await fetch(url, { ...post(""), method: "PUT" })), "PUT / 0");
});

test("a body is sent as it was when it was handed over: its memory is the core's, which goes on", async () => {
  const url = await listen(async (incoming, outgoing) => {
    for await (const chunk of incoming) {
      outgoing.write(chunk);
    }
    outgoing.end();
  });
  /** @type {any} */
  const later = async (/** @type {string} */ address, /** @type {any} */ init) => globalThis.fetch(await Promise.resolve(address), init);
  const ways = { shipped: exchange, "by a fetch that takes its time": exchangeBy(later) };
  for (const [way, send] of Object.entries(ways)) {
    for (const length of [10, 8_000_000]) {
      const body = new Uint8Array(length).fill(120);
      const sent = exchanged(send, url, "POST", "", body);
      body.fill(0);
      const response = await sent;
      assert.ok(Buffer.from(response.body).equals(Buffer.alloc(length, "x")), `${way}, ${length} bytes`);
    }
  }
});

test("a socket that cannot even be made is an error", async () => {
  const connect = () => {
    throw new RangeError("no socket");
  };
  const builtin = () => ({ connect, isIP: () => 4 });
  const { exchange } = createHttpClient({ builtin, outsideRequest: (run) => run() });
  await assert.rejects(exchanged(exchange, "http://127.0.0.1/", "GET", "", new Uint8Array()), /no socket/);
  await assert.rejects(exchanged(exchange, "nonsense", "GET", "", new Uint8Array()), /Invalid URL/);
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

/** @param {{ headers: { forEach(callback: (value: string, name: string) => void): void } }} response */
function headersOf({ headers }) {
  /** @type {Record<string, string>} */
  const found = {};
  headers.forEach((value, name) => (found[name] = value));
  return found;
}
