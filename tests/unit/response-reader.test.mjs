import assert from "node:assert/strict";
import { test } from "node:test";
import { ResponseReader } from "../../js/runtime/http/response-reader.mjs";

const WHOLE = {
  "a length": ["HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-Amzn-RequestId: \t 1 2 \r\n\r\nhello", "hello"],
  "a length twice, the same": ["HTTP/1.1 200 OK\r\ncontent-length: 5\r\ncontent-length: 5\r\n\r\nhello", "hello"],
  "no reason": ["HTTP/1.1 400\r\ncontent-length: 1\r\n\r\nx", "x"],
  "no body": ["HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n", ""],
  "a status without a body": ["HTTP/1.1 204 No Content\r\n\r\n", ""],
  "a status without a body, and a length": ["HTTP/1.1 304 Not Modified\r\ncontent-length: 10\r\n\r\n", ""],
  chunks: ["HTTP/1.1 200 OK\r\ntransfer-encoding: Chunked\r\n\r\n3\r\nhel\r\n2;a=b\r\nlo\r\n0\r\nx-trailer: 1\r\n\r\n", "hello"],
  "no chunk": ["HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n", ""],
  "an interim response before": ["HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nlink: x\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\nx", "x"],
};

test("a response is read whole, wherever its bytes are cut", () => {
  for (const [what, [text, body]] of Object.entries(WHOLE)) {
    const bytes = Buffer.from(text, "latin1");
    for (let first = 1; first < bytes.length; first += 1) {
      const second = first + 1 + (first % 3);
      const cut = [bytes.subarray(0, first), bytes.subarray(first, second), bytes.subarray(second)];
      const { response, reader } = read(cut.filter(({ length }) => length > 0));
      assert.equal(Buffer.from(response?.body ?? "nothing").toString(), body, `${what}, cut at ${first}`);
      assert.ok(reader.keepsConnection, what);
    }
    const { response } = read([...bytes].map((byte) => Buffer.of(byte)));
    assert.equal(Buffer.from(response?.body ?? "nothing").toString(), body, `${what}, byte by byte`);
  }
});

test("names of headers are in any case, and there may be white space around values", () => {
  const { response } = read(["HTTP/1.1 200 OK\r\nContent-Length: \t5 \r\nX-Amzn-RequestId: \t 1 2 \r\nempty:\r\n\r\nhello"]);
  assert.equal(response?.headers, "Content-Length: \t5 \r\nX-Amzn-RequestId: \t 1 2 \r\nempty:");
  assert.equal(response?.status, 200);
});

test("without a length the end of the connection is the end of the body", () => {
  const reader = new ResponseReader();
  assert.equal(reader.push(Buffer.from("HTTP/1.1 200 OK\r\n\r\nhel")), undefined);
  assert.equal(reader.push(Buffer.from("lo")), undefined);
  assert.equal(Buffer.from(reader.end()?.body ?? "nothing").toString(), "hello");
  assert.ok(!reader.keepsConnection);
});

test("a connection that ends before its response is whole gives none", () => {
  for (const [, [text = ""] = []] of Object.entries(WHOLE)) {
    for (let length = 1; length < text.length; length += 1) {
      const reader = new ResponseReader();
      assert.equal(reader.push(Buffer.from(text.slice(0, length), "latin1")), undefined, text.slice(0, length));
      assert.equal(reader.end(), undefined);
    }
  }
});

test("a connection is kept only where both sides mean the same", () => {
  const kept = (/** @type {string} */ text) => read([text]).reader.keepsConnection;
  assert.ok(kept("HTTP/1.1 200 OK\r\ncontent-length: 1\r\nconnection: keep-alive\r\n\r\nx"));
  assert.ok(!kept("HTTP/1.1 200 OK\r\ncontent-length: 1\r\nconnection: Close\r\n\r\nx"));
  assert.ok(!kept("HTTP/1.1 200 OK\r\ncontent-length: 1\r\nconnection: x\r\nconnection: close, y\r\n\r\nx"));
  assert.ok(!kept("HTTP/1.0 200 OK\r\ncontent-length: 1\r\n\r\nx"));
  assert.ok(!kept("HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\nxHTTP/1.1 200 OK"), "more came than was asked for");
  assert.ok(!kept("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\nx"), "more came than was asked for");
});

test("how long the server keeps a connection is told", () => {
  const keptForMs = (/** @type {string} */ header) => read([`HTTP/1.1 204 OK\r\n${header}\r\n\r\n`]).reader.keptForMs;
  assert.equal(keptForMs("keep-alive: timeout=5"), 5_000);
  assert.equal(keptForMs("Keep-Alive: max=100, timeout=72"), 72_000);
  assert.equal(keptForMs("keep-alive: timeout=soon"), Infinity);
  assert.equal(keptForMs("x: y"), Infinity);
});

const MALFORMED = {
  "another protocol": "SSH-2.0-OpenSSH_9.6\r\n\r\n",
  "another version": "HTTP/2.0 200 OK\r\n\r\n",
  "no status": "HTTP/1.1 OK\r\n\r\n",
  "a status of two digits": "HTTP/1.1 20 OK\r\n\r\n",
  "a status of four digits": "HTTP/1.1 2000 OK\r\n\r\n",
  "a switch of protocols": "HTTP/1.1 101 Switching\r\nupgrade: h2c\r\n\r\n",
  "a line without a colon": "HTTP/1.1 200 OK\r\nheader\r\n\r\n",
  "a folded header": "HTTP/1.1 200 OK\r\na: b\r\n c: d\r\n\r\n",
  "white space before the colon": "HTTP/1.1 200 OK\r\ncontent-length : 5\r\n\r\nhello",
  "a header without a name": "HTTP/1.1 200 OK\r\n: 5\r\n\r\n",
  "a bare line feed in a header": "HTTP/1.1 200 OK\r\na: b\ncontent-length: 5\r\n\r\nhello",
  "a bare carriage return in a header": "HTTP/1.1 200 OK\r\na: b\rc\r\n\r\n",
  "a zero byte in a header": "HTTP/1.1 200 OK\r\na: b\0\r\n\r\n",
  "two lengths": "HTTP/1.1 200 OK\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nhello",
  "two lengths in one": "HTTP/1.1 200 OK\r\ncontent-length: 5, 5\r\n\r\nhello",
  "a length below zero": "HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n",
  "a length in hexadecimal": "HTTP/1.1 200 OK\r\ncontent-length: 0x5\r\n\r\nhello",
  "an empty length": "HTTP/1.1 200 OK\r\ncontent-length:\r\n\r\n",
  "a length and chunks": "HTTP/1.1 200 OK\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
  "another coding": "HTTP/1.1 200 OK\r\ntransfer-encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
  "a coding twice": "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
  "a chunk without a length": "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n\r\n",
  "a chunk with a sign": "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n+5\r\nhello\r\n",
  "a chunk longer than it says": "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nhello\r\n0\r\n\r\n",
  "a head without end": `HTTP/1.1 200 OK\r\na: ${"b".repeat(20_000)}`,
  "a line between chunks without end": `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1;${"x".repeat(5_000)}`,
};

test("what is not clearly a response is refused", () => {
  for (const [what, text] of Object.entries(MALFORMED)) {
    assert.throws(() => read([text]), { name: "Error", code: "MALFORMED_RESPONSE" }, what);
    const bytes = [...Buffer.from(text, "latin1")].map((byte) => Buffer.of(byte));
    assert.throws(() => read(bytes), { code: "MALFORMED_RESPONSE" }, `${what}, byte by byte`);
  }
});

test("a body over the limit is refused before it has come", () => {
  const tooLong = /the response is longer than 33554432 bytes/;
  assert.throws(() => read(["HTTP/1.1 200 OK\r\ncontent-length: 33554433\r\n\r\n"]), tooLong);
  assert.throws(() => read(["HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2000001\r\n"]), tooLong);
  const megabyte = Buffer.alloc(1024 * 1024);
  const unbounded = ["HTTP/1.1 200 OK\r\n\r\n", ...Array.from({ length: 33 }, () => megabyte)];
  assert.throws(() => read(unbounded), tooLong);
});

/**
 * Each piece lies where the one before lay, as on a connection.
 *
 * @param {(string | Buffer)[]} pieces of one response, and what follows it
 */
function read(pieces) {
  const reader = new ResponseReader();
  const memory = Buffer.alloc(Math.max(...pieces.map(({ length }) => length)));
  for (const [index, piece] of pieces.entries()) {
    memory.set(typeof piece === "string" ? Buffer.from(piece, "latin1") : piece);
    const response = reader.push(memory.subarray(0, piece.length));
    if (response) {
      response.body = new Uint8Array(response.body); // as its receiver takes it over
    }
    memory.fill("!");
    if (response) {
      assert.equal(index, pieces.length - 1, "whole before its last piece");
      return { response, reader };
    }
  }
  return { response: undefined, reader };
}

test("a header of blanks alone is read in no time", () => {
  const { user } = process.cpuUsage();
  for (let n = 0; n < 10; n++) {
    read([Buffer.from(`HTTP/1.1 200 OK\r\ncontent-length: 0\r\nx: a${" ".repeat(16_000)}b \r\n\r\n`)]);
  }
  assert.ok(process.cpuUsage().user - user < 500_000);
});
