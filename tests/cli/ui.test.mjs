// The window's server: who may ask it, what it answers, and that it writes only where that was allowed.

import assert from "node:assert/strict";
import { request } from "node:http";
import { after, before, describe, test } from "node:test";
import { createTelemetry } from "../../js/cli/ui/telemetry.mjs";
import { createReporter } from "../../js/reporter.mjs";
import { LOG, startStore } from "../integration/instances.mjs";
import { filledTable, startWindow, stopWindows } from "./window.mjs";

const COST = { requests: 1, units: { read: 1, write: 0 } };

/** @type {Awaited<ReturnType<typeof startStore>>} */
let store;
/** @type {Awaited<ReturnType<typeof filledTable>>} */
let filled;
/** @type {Awaited<ReturnType<typeof startWindow>>} */
let readOnly;
/** @type {Awaited<ReturnType<typeof startWindow>>} */
let writing;
before(async () => {
  store = await startStore();
  filled = await filledTable(store);
  [readOnly, writing] = await Promise.all([startWindow(store, filled.table), startWindow(store, filled.table, ["--write"])]);
});
after(async () => {
  await stopWindows();
  await store?.stop();
});

/** @typedef {{ port: string, token: string }} Window */

/**
 * Asks with any headers; `fetch` would not let Host be set.
 *
 * @param {Window} window
 * @param {string} path
 * @param {{ method?: string, headers?: Record<string, string | undefined>, body?: unknown }} [how] a header that is undefined is not sent
 * @returns {Promise<{ status: number, headers: import("node:http").IncomingHttpHeaders, body: any }>}
 */
function ask({ port, token }, path, { method = "GET", headers = {}, body } = {}) {
  const type = body === undefined ? {} : { "content-type": "application/json" };
  const all = { authorization: `Bearer ${token}`, ...type, ...headers };
  const sent = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
  return new Promise((resolve, reject) => {
    const asked = request({ host: "127.0.0.1", port, path, method, headers: sent }, async (response) => {
      const chunks = [];
      for await (const chunk of response) {
        chunks.push(chunk);
      }
      const text = Buffer.concat(chunks).toString();
      const isJson = response.headers["content-type"] === "application/json";
      resolve({ status: response.statusCode ?? 0, headers: response.headers, body: isJson ? JSON.parse(text) : text });
    });
    asked.on("error", reject).end(body === undefined ? undefined : typeof body === "string" ? body : JSON.stringify(body));
  });
}

/** @param {Window} window @param {string} path @param {unknown} body */
const tell = (window, path, body) => ask(window, path, { method: "POST", body });

describe("who may ask", () => {
  test("the page is served to everyone on this machine, with nothing inline and nothing from elsewhere", async () => {
    const { status, headers, body } = await ask(readOnly, "/", { headers: { authorization: undefined } });
    assert.equal(status, 200);
    assert.match(String(headers["content-security-policy"]), /default-src 'none'.*script-src 'self'.*frame-ancestors 'none'/);
    assert.doesNotMatch(String(headers["content-security-policy"]), /unsafe/);
    assert.doesNotMatch(body, /https?:\/\/|<script>|style=| on\w+=/);
    assert.doesNotMatch(body, new RegExp(readOnly.token));
  });

  test("what is no file of the page is not served", async () => {
    for (const path of ["/ui/server.mjs", "/main.mjs", "/ui/page/../server.mjs", "/ui/page/..%2fserver.mjs", "/package.json"]) {
      assert.equal((await ask(readOnly, path)).status, 404, path);
    }
  });

  test("without the token, or with another, nothing is told", async () => {
    for (const authorization of [undefined, "", "Bearer ", "Bearer wrong", `Bearer ${readOnly.token}x`, readOnly.token, `Bearer ${writing.token}`]) {
      for (const path of ["/api/about", "/api/entries", "/api/log", "/api/live", "/api/none"]) {
        const { status, body } = await ask(readOnly, path, { headers: { authorization } });
        assert.deepEqual([status, Object.keys(body)], [401, ["status", "error"]], `${authorization} ${path}`);
      }
    }
    assert.equal((await ask(readOnly, `/api/about?token=${readOnly.token}`, { headers: { authorization: undefined } })).status, 401);
    assert.equal((await ask(readOnly, "/api/about")).status, 200);
  });

  test("a name that was bound to loopback is refused, also with the token", async () => {
    for (const host of ["evil.example", `evil.example:${readOnly.port}`, "127.0.0.1", "127.0.0.1:1", `localhost.evil.example:${readOnly.port}`]) {
      for (const path of ["/", "/api/about"]) {
        assert.equal((await ask(readOnly, path, { headers: { host } })).status, 421, host);
      }
    }
    assert.equal((await ask(readOnly, "/api/about", { headers: { host: `localhost:${readOnly.port}` } })).status, 200);
  });

  test("another origin is refused, also with the token", async () => {
    for (const origin of ["https://evil.example", "null", "http://127.0.0.1:1", `http://localhost:${readOnly.port}`]) {
      assert.equal((await ask(readOnly, "/api/about", { headers: { origin } })).status, 403, origin);
    }
    for (const site of ["cross-site", "same-site"]) {
      assert.equal((await ask(readOnly, "/api/about", { headers: { "sec-fetch-site": site } })).status, 403, site);
    }
    const own = { origin: `http://127.0.0.1:${readOnly.port}`, "sec-fetch-site": "same-origin" };
    assert.equal((await ask(readOnly, "/api/about", { headers: own })).status, 200);
    const link = { authorization: undefined, "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate" };
    assert.equal((await ask(readOnly, "/", { headers: link })).status, 200, "a link may open the page");
  });

  test("a body that is no JSON, or too long, is refused", async () => {
    const post = (/** @type {string} */ body, type = "application/json") => ask(readOnly, "/api/events", { method: "POST", body, headers: { "content-type": type } });
    assert.equal((await post("{}", "text/plain")).status, 415);
    assert.equal((await post("{")).status, 400);
    assert.equal((await post(JSON.stringify("x".repeat(8_000_001)))).status, 413);
    assert.equal((await post("{}")).status, 200);
  });
});

describe("what it tells", () => {
  test("where it looks, and that it only reads", async () => {
    const { body } = await ask(readOnly, "/api/about");
    assert.deepEqual([body.table, body.canWrite, body.region, body.problem], [filled.table, false, "eu-central-1", null]);
    assert.equal(body.facts.status, "ACTIVE");
    assert.doesNotMatch(JSON.stringify(body), /not-a-secret/);
    assert.equal((await ask(writing, "/api/about")).body.canWrite, true);
  });

  test("entries page by page, with the units that each page took", async () => {
    const entries = [];
    let [after, rows, units, pages] = ["", 0, 0, 0];
    do {
      const { status, body } = await ask(readOnly, `/api/entries?limit=4${after}`);
      assert.equal(status, 200);
      entries.push(...body.entries);
      assert.ok(body.rows <= 4 && body.readUnits > 0, JSON.stringify(body));
      [after, rows, units, pages] = [body.next === null ? "" : `&after=${encodeURIComponent(body.next)}`, rows + body.rows, units + body.readUnits, pages + 1];
    } while (after !== "");
    assert.deepEqual(entries.map(({ key }) => key).sort(), ["/about", "/blog/caching", "/blog/dynamodb", "/blog/hello", "f".repeat(64)]);
    assert.equal(rows, (await store.scan(filled.table)).length);
    assert.ok(pages > 2 && units >= pages * 0.5);
    const hello = entries.find(({ key }) => key === "/blog/hello");
    assert.deepEqual([hello.build, hello.says.kind, hello.says.tags, hello.says.revalidateS], ["build-1", "APP_PAGE", ["posts", "_N_T_/blog/hello"], 60]);
    for (const limit of ["0", "x", "1001", "1.5"]) {
      assert.equal((await ask(readOnly, `/api/entries?limit=${limit}`)).status, 400, limit);
    }
  });

  test("an entry decoded, with the verdict and why", async () => {
    const { body } = await ask(readOnly, "/api/entry?key=/about&build=build-1");
    assert.deepEqual([body.exists, body.verdict, body.because.length], [true, "stale", 1]);
    assert.deepEqual([body.because[0].tag, body.because[0].mode], ["_N_T_/about", "stale"]);
    assert.match(body.value, /html: 'about'/);
    assert.equal((await ask(readOnly, "/api/entry?key=/nowhere")).body.exists, false);
    assert.equal((await ask(readOnly, "/api/entry")).status, 400);
  });

  test("the log, oldest first", async () => {
    const { events } = (await ask(readOnly, "/api/log")).body;
    assert.deepEqual(events.map((/** @type {any} */ { tag, mode }) => [tag, mode]), [["_N_T_/about", "stale"], ["nobody-has-this", "expired"]]);
    assert.deepEqual(events.map((/** @type {any} */ { version }) => version), [1, 2]);
  });

  test("that there is no table, instead of nothing", async () => {
    const window = await startWindow(store, "no-such-table");
    assert.match((await ask(window, "/api/about")).body.problem, /there is no such table/);
    const { status, body } = await ask(window, "/api/entries");
    assert.deepEqual([status, body.code], [500, "ResourceNotFoundException"]);
    assert.equal(await window.stop(), 0);
  });
});

describe("what it changes", () => {
  test("nothing, without --write", async () => {
    const before = await store.scan(filled.table);
    const purge = await tell(readOnly, "/api/purge", { key: "/blog/hello", build: "build-1" });
    const revalidate = await tell(readOnly, "/api/revalidate", { tags: ["posts"] });
    assert.deepEqual([purge.status, revalidate.status], [403, 403]);
    assert.match(purge.body.error, /--write/);
    assert.deepEqual(await store.scan(filled.table), before);
  });

  test("with --write, a purge deletes the entry with its sentinels and parts, and nothing else", async () => {
    const { table } = await filledTable(store);
    const window = await startWindow(store, table, ["--write"]);
    const keys = async () => (await store.scan(table)).map(({ key }) => String(key?.S)).sort();
    const before = await keys();
    const { body } = await tell(window, "/api/purge", { key: "/blog/hello", build: "build-1" });
    const after = await keys();
    const gone = before.filter((key) => !after.includes(key));
    assert.equal(body.rows, 3);
    assert.deepEqual([gone.length, gone.every((key) => key.includes("/blog/hello"))], [3, true]);
    assert.equal((await tell(window, "/api/purge", { key: "/blog/hello", build: "build-1" })).status, 404);
    assert.equal((await tell(window, "/api/purge", { key: 1 })).status, 400);
    await window.stop();
  });

  test("a purge finds the parts of a large entry", async () => {
    const table = await store.createTable();
    const { randomBytes } = await import("node:crypto");
    const value = { kind: "FETCH", data: { headers: {}, body: randomBytes(700_000).toString("base64"), status: 200, url: "" }, tags: ["t"], revalidate: 60 };
    await store.instance(table).request().set("large", value, { fetchCache: true, tags: ["t"] });
    assert.ok((await store.scan(table)).filter(({ key }) => key?.S?.startsWith("__part__")).length > 0);
    const window = await startWindow(store, table, ["--write"]);
    assert.equal((await tell(window, "/api/purge", { key: "large" })).status, 200);
    assert.deepEqual((await store.scan(table)).map(({ key }) => key?.S).filter((key) => key !== LOG), []);
    await window.stop();
  });

  test("with --write, a revalidation holds for every instance", async () => {
    const get = async (/** @type {string} */ key) => (await filled.instance.request().get(key, { kind: "APP_PAGE" })) !== null;
    assert.equal(await get("/blog/hello"), true);
    assert.deepEqual((await tell(writing, "/api/revalidate", { paths: ["/blog/hello"] })).body, { tags: ["_N_T_/blog/hello"], how: "expired" });
    assert.equal(await get("/blog/hello"), false);
    assert.equal((await tell(writing, "/api/revalidate", { tags: ["posts"], soft: true })).body.how, "stale");
    assert.equal(await get("/blog/caching"), true);
    for (const body of [{}, { tags: [] }, { tags: "posts" }, { tags: [1] }]) {
      assert.equal((await tell(writing, "/api/revalidate", body)).status, 400, JSON.stringify(body));
    }
  });
});

describe("what instances report", () => {
  test("reaches the window through createReporter", async () => {
    const onEvent = createReporter({ url: readOnly.address, instance: "web-1" });
    const { instance } = await filledTable(store, { onEvent });
    await instance.request().get("/blog/hello", { kind: "APP_PAGE" });
    await instance.request().get("/nowhere", { kind: "APP_PAGE" });
    await onEvent.flush();
    const { body } = await ask(readOnly, "/api/live");
    const { hit, miss, set, revalidate, hitRatio } = body.totals;
    assert.deepEqual([hit, miss, set, revalidate, hitRatio], [1, 6, 5, 2, 1 / 7]);
    assert.ok(body.bytes.raw > 900_000 && body.bytes.stored < body.bytes.raw / 10);
    assert.ok(body.latency.get.p95 > 0 && body.latency.set.count === 5);
    assert.deepEqual(body.instances.map((/** @type {any} */ { name, hit: hits }) => [name, hits]), [["web-1", 1]]);
    assert.ok(body.recent.some((/** @type {any} */ { what }) => what === "/nowhere"));
  });

  test("is sent once a second at most, and never keeps a process alive", async () => {
    const { spawnSync } = await import("node:child_process");
    const script = `
      import { createReporter } from ${JSON.stringify(new URL("../../js/reporter.mjs", import.meta.url))};
      const report = createReporter({ url: ${JSON.stringify(readOnly.address)} });
      for (let n = 0; n < 10; n++) report({ type: "hit", key: "k", ms: 1 });`;
    const began = performance.now();
    const { status, stderr } = spawnSync(process.execPath, ["--input-type=module", "--eval", script], { encoding: "utf8" });
    assert.deepEqual([status, stderr], [0, ""]);
    assert.ok(performance.now() - began < 900, "it has not waited for its next batch");
  });

  test("is dropped when the window is away, and the loss is told when it is back", async () => {
    const away = createReporter({ url: "http://127.0.0.1:9/#token=t" });
    away({ type: "hit", key: "k", ms: 1, ...COST });
    await away.flush();
    const wrong = createReporter({ url: readOnly.address.replace(/token=.*/, "token=wrong") });
    wrong({ type: "hit", key: "k", ms: 1, ...COST });
    await wrong.flush();

    const late = createReporter({ url: readOnly.address, instance: "late" });
    for (let n = 0; n < 2_100; n++) {
      late({ type: "miss", key: "€".repeat(2_000), reason: "€".repeat(2_000), ms: 1, ...COST });
    }
    await late.flush();
    late({ type: "hit", key: "k", ms: 1, ...COST });
    await late.flush();
    const { body } = await ask(readOnly, "/api/live");
    const { hit, miss, dropped } = body.instances.find((/** @type {any} */ { name }) => name === "late");
    assert.deepEqual([hit, miss, dropped], [1, 2_000, 100]);
  });

  test("goes to this machine or over https, and needs the token", () => {
    for (const url of ["nonsense", "http://127.0.0.1:1/", "http://example.com/#token=t", "http://127.0.0.1.example.com/#token=t", "ftp://127.0.0.1/#token=t", "http://127.0.0.1:1/#token=t%0D%0Ax:y"]) {
      assert.throws(() => createReporter({ url }), TypeError, url);
    }
    for (const url of ["http://localhost:1/#token=t", "http://[::1]:1/#token=t", "https://example.com/#token=t"]) {
      assert.equal(typeof createReporter({ url }), "function");
    }
    assert.equal(createReporter({ url: undefined })({ type: "hit", ms: 1, ...COST }), undefined);
  });

  test("is counted by the second, forgotten after ten minutes, and priced where it tells units", () => {
    let nowMs = 1_800_000_000_000;
    const telemetry = createTelemetry(() => nowMs);
    const events = Array.from({ length: 100 }, (_, index) => ({ type: "hit", ms: index + 1, agoMs: index < 50 ? 0 : 2_000 }));
    assert.equal(telemetry.add({ instance: "a", events: [...events, { type: "nonsense", ms: 1 }, { type: "hit", ms: "1" }, null] }), 100);
    let report = telemetry.report();
    assert.deepEqual(report.seconds.map(({ atS, hit }) => [atS - report.nowS, hit]), [[-2, 50], [0, 50]]);
    assert.deepEqual(report.latency.get, { count: 100, p50: 50, p95: 95, p99: 99 });
    assert.equal(report.units, null);

    telemetry.add({ instance: "b", events: [{ type: "miss", ms: 1, units: { read: 1_000_000, write: 0 } }, { type: "set", ms: 1, units: { read: 0, write: 1_000_000 }, bytes: 100, storedBytes: 40 }] });
    report = telemetry.report();
    assert.deepEqual([report.units?.dollars, report.units?.overS], [0.75, 3]);
    assert.deepEqual(report.bytes, { raw: 100, stored: 40 });
    assert.deepEqual(report.instances.map(({ name, hitRatio }) => [name, hitRatio]), [["b", 0], ["a", 1]]);

    nowMs += 601_000;
    report = telemetry.report();
    assert.deepEqual([report.seconds, report.instances, report.latency.get?.count], [[], [], 0]);
    for (const junk of [null, 1, "x", [], { events: {} }, { events: [[]] }]) {
      assert.equal(telemetry.add(junk), 0);
    }
  });
});

test("a port that is taken, or is none, is said", async () => {
  await assert.rejects(startWindow(store, filled.table, ["--port", readOnly.port]), new RegExp(`port ${readOnly.port} is taken: choose another with --port`));
  await assert.rejects(startWindow(store, filled.table, ["--port", "99999"]), /--port takes a number up to 65535, not 99999/);
});
