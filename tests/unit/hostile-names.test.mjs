// Keys and tags that a visitor has chosen: what they do to the log, to memory and to the command line.

import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { columns } from "../../js/cli/output.mjs";
import { DynamoDBCacheHandler } from "../../js/entries/index.mjs";
import { LatestKeys } from "../../js/latest-keys.mjs";

/** @type {import("../../types/index.d.ts").DynamoDBCacheOptions} */
const CONNECTION = {
  endpoint: "http://127.0.0.1:1",
  region: "eu-central-1",
  credentials: { accessKeyId: "a", secretAccessKey: "b" },
  readTimeoutMs: 500,
  coldTimeoutMs: 500,
  writeTimeoutMs: 500,
  fetch: async () => {
    throw new Error("no network");
  },
};

/** As Next hands it over for /blog/x%0A%1b%5b2J. */
const KEY = "/blog/x\n\u001b[2J\u2028";

test("a key begins no line of the log, and says nothing to a terminal", async () => {
  /** @type {string[]} */
  const lines = [];
  const note = (/** @type {string} */ line) => void lines.push(line);
  const given = DynamoDBCacheHandler.configure({ ...CONNECTION, log: { debug: note, info: note, warn: note, error: note } });
  await new given({}).get(KEY, { kind: "APP_PAGE" });
  await new given({}).revalidateTag(["t\nu"]);
  const warn = mock.method(console, "warn", note);
  await new (DynamoDBCacheHandler.configure({ ...CONNECTION, log: true }))({}).get(KEY, { kind: "APP_PAGE" });
  warn.mock.restore();
  assert.equal(lines.length, 3, lines.join("\n"));
  for (const line of lines) {
    assert.doesNotMatch(line, /[\p{Cc}\p{Zl}\p{Zp}]/u);
  }
  assert.match(lines[0] ?? "", /did not give \/blog\/x\\x0a\\x1b\[2J\\x2028: /);
  assert.match(lines[1] ?? "", /^revalidation of t\\x0au was not confirmed/);
});

test("keys are remembered up to so many, and so many characters of them", () => {
  /** @type {LatestKeys<number>} */
  const short = new LatestKeys();
  /** @type {LatestKeys<number>} */
  const long = new LatestKeys();
  for (let n = 0; n < 1_001; n++) {
    short.set(`${n}`, n);
    short.set("0", n);
  }
  const longKeys = Array.from({ length: 10 }, (_, n) => `${n} ${"x".repeat(999_998)}`);
  longKeys.forEach((key, n) => long.set(key, n));
  assert.deepEqual([short.get("0"), short.get("1"), short.get("2"), short.get("1000")], [1_000, undefined, 2, 1_000]);
  assert.deepEqual(longKeys.map((key) => long.get(key)).filter((n) => n !== undefined), [6, 7, 8, 9]);
});

test("any number of entries are listed in columns", () => {
  const lines = columns(Array.from({ length: 200_000 }, (_, n) => [`${n}`, "key"])).split("\n");
  assert.deepEqual([lines.length, lines[0], lines[199_999]], [200_000, "0       key", "199999  key"]);
});
