// The command line by its real commands, against a real table: what people do, and what goes wrong.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { LOG, startStore, page } from "../integration/instances.mjs";
import { send } from "../integration/raw.mjs";
import { EMULATOR_CREDENTIALS } from "../emulators.mjs";

const MAIN = join(import.meta.dirname, "../../js/cli/main.mjs");

/** @type {Awaited<ReturnType<typeof startStore>>} */
let store;
before(async () => (store = await startStore()));
after(() => store.stop());

/**
 * @param {string[]} args
 * @param {{ env?: Record<string, string>, cwd?: string, interruptAt?: RegExp, closeOutput?: boolean }} [how]
 * @returns {Promise<{ code: number | null, out: string, err: string }>}
 */
function cli(args, { env = {}, cwd, interruptAt, closeOutput = false } = {}) {
  const child = spawn(process.execPath, [MAIN, ...args], {
    cwd,
    env: { PATH: process.env.PATH, HOME: "/nonexistent", AWS_EC2_METADATA_DISABLED: "true", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let [out, err] = ["", ""];
  if (closeOutput) {
    child.stdout.destroy();
  }
  child.stdout.on("data", (text) => (out += text));
  child.stderr.on("data", (text) => {
    err += text;
    if (interruptAt?.test(err)) {
      interruptAt = undefined;
      child.kill("SIGINT");
    }
  });
  return new Promise((resolve) => child.on("close", (code) => resolve({ code, out, err })));
}

const KEYS = {
  AWS_ACCESS_KEY_ID: EMULATOR_CREDENTIALS.accessKeyId,
  AWS_SECRET_ACCESS_KEY: EMULATOR_CREDENTIALS.secretAccessKey,
  AWS_REGION: "eu-central-1",
};

/** @param {string} table */
function of(table) {
  return { env: { ...KEYS, NEXT_CACHE_DYNAMODB_TABLE: table, AWS_ENDPOINT_URL_DYNAMODB: store.endpoint } };
}

/** A table with two pages of a build and a fetch. */
async function filled() {
  const table = await store.createTable();
  const instance = store.instance(table);
  const context = { cacheControl: { revalidate: 60, expire: 3_600 } };
  await instance.request().set("/blog/a", page("page a", ["posts", "_N_T_/blog/a"]), context);
  await instance.request().set("/about", page("about", ["_N_T_/about"]), context);
  const fetched = { kind: "FETCH", data: { headers: {}, body: "x".repeat(900_000), status: 200, url: "" }, tags: ["posts"], revalidate: 60 };
  await instance.request().set("f".repeat(64), fetched, { fetchCache: true, tags: ["posts"], ...context });
  return { table, instance };
}

test("help names every command, and a wrong command line is told from a failure", async () => {
  const { code, out } = await cli(["--help"]);
  assert.equal(code, 0);
  for (const command of ["init", "create-table", "doctor", "ls", "inspect", "stats", "seed", "revalidate", "purge", "ui"]) {
    assert.match(out, new RegExp(`^  ${command} `, "m"));
    const help = await cli([command, "--help"]);
    assert.equal(help.code, 0);
    assert.match(help.out, /Example|Exit code/);
  }
  const refused = [["revalidate"], ["revalidate", "--tag", "t", "--soft", "soon"], ["purge"], ["purge", "--all", "--build", "b"], ...["--build", "--path-prefix", "--key-prefix"].map((option) => ["purge", option, ""]), ["stats", "--days", "0"], ["ui", "--port", "x"]];
  for (const args of [["nonsense"], ["ls", "--colour"], ["inspect"], ...refused]) {
    const wrong = await cli(args);
    assert.deepEqual([wrong.code, wrong.out], [2, ""], args.join(" "));
    assert.match(wrong.err, /error: .*\n.*--help/s);
  }
});

test("create-table makes a table that the doctor finds healthy", async () => {
  const made = await cli(["create-table", "--json"], of("by-command"));
  assert.equal(made.code, 0, made.err);
  assert.deepEqual(JSON.parse(made.out), { tableName: "by-command", table: "created", index: "created", ttl: store.name === "dynalite" ? "unsupported" : "enabled" });
  const { code, out, err } = await cli(["doctor"], of("by-command"));
  assert.equal(code, 0, out + err);
  for (const line of [/ok {7}credentials: from the environment/, /region: eu-central-1 \(from AWS_REGION\)/, /endpoint: .*AWS_ENDPOINT_URL_DYNAMODB/, /table: by-command is ACTIVE, PAY_PER_REQUEST/, /tag index: ACTIVE/, /dynamodb:BatchWriteItem: allowed/, /dynamodb:Query: allowed/, /ok {7}revalidation log: readable/]) {
    assert.match(out, line);
  }
  assert.doesNotMatch(out + err, new RegExp(`${EMULATOR_CREDENTIALS.secretAccessKey}|FAILED`));
  const rows = await store.scan("by-command");
  assert.deepEqual(rows, [], "it changes nothing");
});

test("the doctor says what is missing and what to do", async () => {
  const noTable = await cli(["doctor", "--table", "nowhere"], of("x"));
  assert.equal(noTable.code, 1);
  assert.match(noTable.out, /FAILED {3}table: there is no table nowhere in eu-central-1\n.*create-table --table nowhere --region eu-central-1/);
  const noKeys = await cli(["doctor", "--json"], { env: { AWS_REGION: "eu-central-1", AWS_ENDPOINT_URL_DYNAMODB: store.endpoint } });
  assert.equal(noKeys.code, 1);
  const { healthy, findings } = JSON.parse(noKeys.out);
  assert.deepEqual([healthy, findings.length, findings[0].check, findings[0].status], [false, 1, "credentials", "failed"]);
  const wrongRegion = await cli(["doctor", "--region", "not a region"], of("x"));
  assert.equal(wrongRegion.code, 1);
  assert.match(wrongRegion.err, /"not a region" \(from the option region\)/);
  const unreachable = await cli(["doctor", "--endpoint", "http://127.0.0.1:1"], of("x"));
  assert.equal(unreachable.code, 1);
  assert.match(unreachable.out, /FAILED {3}table: x: .*\n.*reachable/);
  const table = await store.createTable();
  await send(store.endpoint, "PutItem", { TableName: table, Item: { key: { S: LOG }, version: { N: "5" }, events: { L: [] } } });
  const overwritten = await cli(["doctor"], of(table));
  assert.equal(overwritten.code, 1);
  assert.match(overwritten.out, /FAILED {3}revalidation log: .*\n.*who else writes to the table\?/);
});

test("inspect says that an entry is of a log that is lost", async () => {
  const { table, instance } = await filled();
  await instance.request().revalidateTag("news");
  const request = instance.request();
  await request.get("/about", { kind: "APP_PAGE" });
  await request.set("/about", page("about", ["_N_T_/about"]), { cacheControl: { revalidate: 60, expire: 3_600 } });
  const inspected = () => cli(["inspect", "/about", "--build", "build-1"], of(table));
  assert.match((await inspected()).out, /revision {4}4 \(the log is at 5\)\na get now {3}hit\n/);
  await send(store.endpoint, "DeleteItem", { TableName: table, Key: { key: { S: LOG } } });
  assert.match((await inspected()).out, /revision {4}of a revalidation log that is lost\na get now {3}miss: .*the log's row was deleted/);
});

test("ls, inspect and stats show what is there, as text and as JSON", async () => {
  const { table, instance } = await filled();
  const listed = await cli(["ls"], of(table));
  assert.match(listed.out, /APP_PAGE .* \/blog\/a {2}\(build build-1\)\n/);
  assert.match(listed.out, /FETCH .* f{64}\n/);
  assert.match(listed.out, /3 entries\n$/);
  const tagged = JSON.parse((await cli(["ls", "--tag", "posts", "--json"], of(table))).out);
  assert.deepEqual(tagged.map((/** @type {any} */ { key }) => key).sort(), ["/blog/a", "f".repeat(64)]);

  const fresh = await cli(["inspect", "/blog/a", "--build", "build-1"], of(table));
  assert.equal(fresh.code, 0);
  assert.match(fresh.out, /a get now {3}hit\n/);
  assert.match(fresh.out, /value {7}\{[^]*page a/);
  await instance.request().revalidateTag("posts");
  const expired = await cli(["inspect", "/blog/a", "--build", "build-1", "--json"], of(table));
  const { verdict, because } = JSON.parse(expired.out || '{"verdict":"gone"}');
  // The sweep may have deleted the row by now.
  assert.ok(verdict === "miss", expired.out);
  assert.ok(because.length === 0 || because[0].tag === "posts");
  const cwd = mkdtempSync(join(tmpdir(), "built-"));
  mkdirSync(join(cwd, ".next"));
  writeFileSync(join(cwd, ".next", "BUILD_ID"), "build-1\n");
  const built = JSON.parse((await cli(["inspect", "/about", "--json"], { ...of(table), cwd })).out);
  assert.deepEqual([built.exists, built.row], [true, "/about%bbuild-1"], "the build is the one at hand");
  const { table: third } = await filled();
  const fetched = JSON.parse((await cli(["inspect", "f".repeat(64), "--json"], { ...of(third), cwd })).out);
  assert.equal(fetched.exists, true, "a fetch belongs to no build");
  rmSync(cwd, { recursive: true });
  const missing = await cli(["inspect", "/nowhere"], of(table));
  assert.equal(missing.code, 1);
  assert.match(missing.err, /there is no row \/nowhere/);

  const { table: other } = await filled();
  const counted = JSON.parse((await cli(["stats", "--json"], of(other))).out);
  assert.deepEqual([counted.entries, counted.kinds.length, counted.tags[0]], [3, 2, { tag: "posts", entries: 2 }]);
  assert.ok(counted.storedBytes < counted.rawBytes);
  assert.match((await cli(["stats"], of(other))).out, /3 entries, 0 of them past their time/);
});

test("tags, keys and builds are text on the terminal, whatever is in them", async () => {
  const table = await store.createTable();
  const escape = "\u001b[2J";
  const instance = store.instance(table, { buildId: `b${escape}` });
  await instance.request().set(`/k${escape}`, page("a", [`t${escape}`]), { cacheControl: { revalidate: 60 } });
  const shown = await Promise.all([["ls"], ["stats"], ["inspect", `/k${escape}`, "--build", `b${escape}`]].map((args) => cli(args, of(table))));
  for (const { code, out } of shown) {
    assert.equal(code, 0);
    assert.match(out, /\\x1b\[2J/);
    assert.ok(!out.includes("\u001b"), out);
  }
});

test("revalidate holds for every instance", async () => {
  const { table, instance } = await filled();
  const get = async (/** @type {string} */ key) => (await instance.request().get(key, { kind: "APP_PAGE" })) !== null;
  assert.deepEqual([await get("/blog/a"), await get("/about")], [true, true]);
  assert.equal((await cli(["revalidate", "--path", "/blog/a"], of(table))).code, 0);
  assert.deepEqual([await get("/blog/a"), await get("/about")], [false, true]);
  const soft = await cli(["revalidate", "--tag", "_N_T_/about", "--soft", "60", "--json"], of(table));
  assert.deepEqual(JSON.parse(soft.out), { tags: ["_N_T_/about"], how: "stale", expireSeconds: 60 });
  assert.equal(await get("/about"), true);
  const nothing = await cli(["revalidate"], of(table));
  assert.equal(nothing.code, 2);
  assert.match(nothing.err, /--tag TAG or --path PATH/);
  const refused = await cli(["revalidate", "--tag", "t"], of("no-such-table"));
  assert.equal(refused.code, 1);
  assert.doesNotMatch(refused.err, /tried again/, "the process has ended, and nothing tries");
  assert.match(refused.err, /^error: UpdateItem failed: ResourceNotFoundException[^\n]*\n$/);
});

test("a path is revalidated as revalidatePath does, with a slash at its end or as /index", async () => {
  const { table, instance } = await filled();
  const get = async (/** @type {string} */ key) => (await instance.request().get(key, { kind: "APP_PAGE" })) !== null;
  const slash = await cli(["revalidate", "--path", "/blog/a/", "--json"], of(table));
  assert.deepEqual(JSON.parse(slash.out).tags, ["_N_T_/blog/a", "_N_T_/blog/a/"]);
  assert.deepEqual([await get("/blog/a"), await get("/about")], [false, true]);
  const home = await cli(["revalidate", "--path", "/index", "--json"], of(table));
  assert.deepEqual(JSON.parse(home.out).tags, ["_N_T_/", "_N_T_/index"]);
});

test("purge deletes what was named, after a yes, and leaves the log", async () => {
  const { table, instance } = await filled();
  await instance.request().revalidateTag("another");
  const unasked = await cli(["purge", "--all"], of(table));
  assert.equal(unasked.code, 1);
  assert.match(unasked.err, new RegExp(`of ${table}\\? Nobody can answer here: add --yes`));
  const counted = await cli(["purge", "--key-prefix", "/blog", "--dry-run", "--json"], of(table));
  assert.deepEqual({ ...JSON.parse(counted.out), rows: 0 }, { entries: 1, rows: 0, deleted: false });
  const byBuild = await cli(["purge", "--build", "build-1", "--yes"], of(table));
  assert.match(byBuild.out, /deleted: 2 entries/);
  assert.deepEqual(JSON.parse((await cli(["ls", "--json"], of(table))).out).map((/** @type {any} */ { kind }) => kind), ["FETCH"]);
  assert.equal((await cli(["purge", "--all", "--yes"], of(table))).code, 0);
  assert.deepEqual((await store.scan(table)).map(({ key }) => key?.S), [LOG]);
});

test("pages are found by their path, also where the key names the source route", async () => {
  const { table, instance } = await filled();
  const scoped = (/** @type {string} */ path) => `/route-cache/APP_PAGE/${"5".repeat(64)}/$${path}`;
  const context = { cacheControl: { revalidate: 60, expire: 3_600 } };
  await instance.request().set(scoped("/blog/b"), page("page b", []), context);
  await instance.request().set(scoped("/index"), page("home", []), context);
  const listed = JSON.parse((await cli(["ls", "--path-prefix", "/blog/", "--json"], of(table))).out);
  assert.deepEqual(listed.map((/** @type {any} */ { key }) => key), ["/blog/a", scoped("/blog/b")]);
  for (const [asked, found] of [["/blog/b", "/blog/b"], ["/blog/b/", "/blog/b"], ["/", "/index"]]) {
    const { out, err } = await cli(["inspect", asked ?? "", "--json"], of(table));
    assert.deepEqual([err, JSON.parse(out).row], ["", `${scoped(found ?? "")}%bbuild-1`]);
  }
  const elsewhere = await cli(["inspect", "/blog/b", "--build", "build-2"], of(table));
  assert.match(elsewhere.err, /there is no row/);
  await store.instance(table, { buildId: "build-2" }).request().set(scoped("/blog/b"), page("page b", []), context);
  const several = await cli(["inspect", "/blog/b"], of(table));
  assert.equal(several.code, 1);
  assert.match(several.err, /there are 2 entries of the path \/blog\/b:\n {2}inspect '\/route-cache[^\n]*\/\$\/blog\/b' --build 'build-1'\n.*'build-2'\n$/);
  for (const buildId of ["build-1", "build-2"]) {
    await store.instance(table, { buildId }).request().set(scoped("/blog/';id;'"), page("page c", []), context);
  }
  const quoted = await cli(["inspect", "/blog/';id;'"], of(table));
  assert.ok(quoted.err.includes(String.raw`/blog/'\'';id;'\''' --build 'build-1'`), quoted.err);
  const purged = await cli(["purge", "--path-prefix", "/blog/", "--yes", "--json"], of(table));
  assert.deepEqual({ ...JSON.parse(purged.out), rows: 0 }, { entries: 5, rows: 0, deleted: true });
  assert.equal(JSON.parse((await cli(["ls", "--json"], of(table))).out).length, 3);
});

test("a closed pipe ends a command quietly", async () => {
  const { table } = await filled();
  const { code, err } = await cli(["ls", "--json"], { ...of(table), closeOutput: true });
  assert.deepEqual([code, err], [0, ""]);
});

test("Ctrl-C ends with 130, and the same command again completes the table", async () => {
  const interrupted = await cli(["create-table"], { ...of("interrupted"), interruptAt: /creat/i });
  assert.ok(interrupted.code === 130 || interrupted.code === 0, String(interrupted.code));
  const again = await cli(["create-table"], of("interrupted"));
  assert.equal(again.code, 0, again.err);
});

test("init writes the handler and the lines of next.config once", async () => {
  const forms = {
    "next.config.mjs": "/** @type {import('next').NextConfig} */\nconst nextConfig = {\n  reactStrictMode: true,\n};\n\nexport default nextConfig;\n",
    "next.config.ts": 'import type { NextConfig } from "next";\n\nconst nextConfig: NextConfig = {\n};\n\nexport default nextConfig;\n',
    "next.config.js": "module.exports = {\n  output: 'standalone',\n};\n",
  };
  const checked = "// @ts-check\nexport default {\n  cacheComponents: true,\n};\n";
  const empty = "/** @type {import('next').NextConfig} */\nconst nextConfig = {};\n\nexport default nextConfig;\n";
  const ofWindows = Object.entries(forms).map(([file, content]) => [file, content.replaceAll("\n", "\r\n")]);
  for (const [file = "", content = ""] of [...Object.entries(forms), ["next.config.mjs", empty], ["next.config.mjs", checked], ...ofWindows]) {
    const cwd = mkdtempSync(join(tmpdir(), "init-"));
    writeFileSync(join(cwd, file), content);
    const unasked = await cli(["init"], { cwd });
    assert.deepEqual([unasked.code, readFileSync(join(cwd, file), "utf8")], [1, content]);
    const { code, out } = await cli(["init", "--table", "mine", "--yes"], { cwd });
    assert.equal(code, 0);
    assert.match(out, /\+ {3}cacheHandler: /);
    assert.match(readFileSync(join(cwd, "cache-handler.mjs"), "utf8"), /configure\(\{ tableName: "mine" \}\)/);
    assert.match(readFileSync(join(cwd, file), "utf8"), /\{\r?\n {2}cacheHandler: .*cache-handler\.mjs/);
    if (file.endsWith(".mjs")) {
      const { default: config } = await import(pathToFileURL(join(cwd, file)).href);
      assert.equal(config.cacheMaxMemorySize, 0);
      assert.equal(config.cacheHandler, join(cwd, "cache-handler.mjs"));
      if (content === checked) {
        const path = join(cwd, "use-cache-handler.mjs");
        assert.deepEqual(config.cacheHandlers, { default: path, remote: path });
        assert.match(readFileSync(path, "utf8"), /createUseCacheHandler\(\{ tableName: "mine" \}\)/);
        assert.match(readFileSync(join(cwd, file), "utf8"), /^\/\/ @ts-check\nimport /);
      }
    }
    assert.match((await cli(["init", "--yes"], { cwd })).out, /All is set up already/);
    rmSync(cwd, { recursive: true });
  }
  const spaced = mkdtempSync(join(tmpdir(), "my caf\u00e9 50% "));
  const [name = "", content] = Object.entries(forms)[0] ?? [];
  writeFileSync(join(spaced, name), content ?? "");
  assert.equal((await cli(["init", "--yes"], { cwd: spaced })).code, 0);
  const { default: config } = await import(pathToFileURL(join(spaced, name)).href);
  assert.equal(config.cacheHandler, join(spaced, "cache-handler.mjs"), "whatever the folder's name holds");
  rmSync(spaced, { recursive: true });
  const odd = mkdtempSync(join(tmpdir(), "odd-"));
  writeFileSync(join(odd, "next.config.mjs"), "export default () => ({});\n");
  const unknown = await cli(["init", "--yes"], { cwd: odd });
  assert.equal(unknown.code, 1);
  assert.match(unknown.err, /import \{ fileURLToPath \} .*\n {2}cacheHandler: .*\n.*\nand write cache-handler\.mjs beside it:\nimport \{ DynamoDBCacheHandler \}/);
  rmSync(odd, { recursive: true });
  const nowhere = await cli(["init"], { cwd: tmpdir() });
  assert.equal(nowhere.code, 1);
});

test("an entry that is good for ever, in numbers that are no integers of JavaScript, is shown and deleted as any other", async () => {
  const { table, instance } = await filled();
  const fetched = { kind: "FETCH", data: { headers: {}, body: "x", status: 200, url: "" }, tags: ["posts"], revalidate: Infinity };
  await instance.request().set("e".repeat(64), fetched, { fetchCache: true, tags: ["posts"], cacheControl: { revalidate: Infinity, expire: Infinity } });
  await instance.request().revalidateTag("posts", { expire: 1e15 });
  const listed = await cli(["ls"], of(table));
  assert.equal(listed.code, 0, listed.err);
  assert.match(listed.out, /FETCH .* e{64}\n/);
  const inspected = await cli(["inspect", "e".repeat(64), "--json"], of(table));
  assert.equal(inspected.code, 0, inspected.err);
  assert.equal(JSON.parse(inspected.out).verdict, "stale");
  const purged = await cli(["purge", "--all", "--yes"], of(table));
  assert.equal(purged.code, 0, purged.err);
});
