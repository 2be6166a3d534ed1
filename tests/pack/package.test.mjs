// What a user gets: the content of the tarball, and the package as it works where it is installed.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const TSC = join(ROOT, "node_modules", "typescript", "bin", "tsc");

/** Everything that may be in the tarball. */
const ALLOWED = [
  /^(package\.json|README\.md|LICENSE|CHANGELOG\.md|(use-)?cache-handler\.mjs)$/,
  /^js\/([\w-]+\/){0,2}[\w-]+\.mjs$/,
  /^js\/cli\/ui\/page\/[\w-]+\.(mjs|html|css)$/,
  /^js\/runtime\/[\w-]+\.d\.ts$/,
  /^pkg\/(core(\.mjs|\.wasm|-inline\.mjs)|(admin|credentials)(-inline)?\.mjs|commander\.mjs)$/,
  /^pkg\/node\/((chain|client|index|library|(use-)?cache-handler|use-cache)\.mjs)$/,
  /^types\/[\w.-]+\.d\.ts$/,
];

/** Each export, and what importing it gives; `undefined` for what is no module. */
/** @type {Record<string, string[] | undefined>} */
const EXPORTS = {
  ".": ["DynamoDBCacheHandler"],
  "./cache-handler": ["default"],
  "./client": ["createCacheClient"],
  "./cloudwatch": ["createCloudWatchEmitter"],
  "./create-table": ["createCacheTable"],
  "./opentelemetry": ["createOpenTelemetryEmitter"],
  "./reporter": ["createReporter"],
  "./use-cache": ["createUseCacheHandler"],
  "./use-cache-handler": ["default"],
  "./slim": ["DynamoDBCacheHandler", "createCacheClient", "createUseCacheHandler", "initCore"],
  "./core.wasm": undefined,
  "./core.wasm?module": undefined,
  "./package.json": undefined,
};

/** What an application installs to use an export. */
/** @type {Record<string, string | undefined>} */
const PEERS = { "./opentelemetry": "@opentelemetry/api" };

const execute = promisify(execFile);

/** @type {string} */
let folder;
/** @type {{ filename: string, files: { path: string }[] }} */
let packed;
/** @type {any} */
let manifest;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "package-"));
  manifest = JSON.parse(await readFile(join(ROOT, "package.json"), "utf8"));
  const { stdout } = await npm(["pack", "--json", "--ignore-scripts", "--pack-destination", folder], ROOT);
  [packed] = JSON.parse(stdout);
  await mkdir(join(folder, "app"));
  await writeFile(join(folder, "app", "package.json"), '{ "name": "app", "version": "1.0.0", "private": true }');
  await npm(["install", "--offline", "--no-audit", "--no-fund", join(folder, packed.filename)], app());
});

after(() => rm(folder, { recursive: true, force: true }));

test("the tarball holds what a user needs and nothing else", () => {
  const paths = packed.files.map(({ path }) => path);
  const unexpected = paths.filter((path) => !ALLOWED.some((pattern) => pattern.test(path)));
  assert.deepEqual(unexpected, []);
  for (const path of ["README.md", "LICENSE", "CHANGELOG.md", ...targets(manifest.exports), ...targets(manifest.bin)]) {
    assert.ok(paths.includes(path.replace(/^\.\/|\?.*/g, "")), `${path} is not in the tarball`);
  }
});

test("the tarball holds every file that another of its files imports", async () => {
  const installed = join(app(), "node_modules", manifest.name);
  const paths = new Set(packed.files.map(({ path }) => path));
  for (const path of paths) {
    const text = path.endsWith("js") ? await readFile(join(installed, path), "utf8") : "";
    for (const [, specifier = ""] of text.matchAll(/^(?:import|export) [^;]*?from "(\.[^"]+)"/gm)) {
      const target = new URL(specifier, `file:///${path}`).pathname.slice(1);
      assert.ok(paths.has(target), `${path} imports ${specifier}`);
    }
  }
});

test("the package installs alone: it has no dependency", async () => {
  assert.equal(manifest.dependencies, undefined);
  const installed = await readdir(join(app(), "node_modules"));
  assert.deepEqual(installed.filter((name) => !name.startsWith(".")), [manifest.name]);
});

test("every export has a test here", () => {
  assert.deepEqual(Object.keys(manifest.exports).sort(), Object.keys(EXPORTS).sort());
});

for (const [path, names] of Object.entries(EXPORTS)) {
  const specifier = path.replace(/^\./, "nextjs-dynamodb-cache");
  test(`${specifier} ${names ? "gives what it says" : "resolves"}`, async () => {
    const script = names
      ? `console.log(JSON.stringify(Object.keys(await import(${JSON.stringify(specifier)}))))`
      : `import fs from "node:fs"; console.log(fs.statSync(new URL(import.meta.resolve(${JSON.stringify(specifier)}))).isFile())`;
    const peer = PEERS[path];
    if (peer) {
      await assert.rejects(node(["--input-type=module", "--eval", script]), new RegExp(`Cannot find package '${peer}'`));
      await cp(join(ROOT, "node_modules", peer), join(app(), "node_modules", peer), { recursive: true });
    }
    const { stdout } = await node(["--input-type=module", "--eval", script]);
    assert.deepEqual(JSON.parse(stdout), names ?? true);
  });
}

test("the core compiles and configures from the installed package", async () => {
  const script = `
    import { DynamoDBCacheHandler } from "nextjs-dynamodb-cache";
    import ready from "nextjs-dynamodb-cache/cache-handler";
    const Handler = DynamoDBCacheHandler.configure({ tableName: "t", endpoint: "http://127.0.0.1:9", region: "local", log: false,
      credentials: { accessKeyId: "a", secretAccessKey: "b" } });
    console.log(JSON.stringify([ready === DynamoDBCacheHandler, await new Handler().get("key", { kind: "FETCH" })]));`;
  const { stdout, stderr } = await node(["--input-type=module", "--eval", script]);
  assert.deepEqual(JSON.parse(stdout), [true, null]);
  assert.equal(stderr, "");
});

test("the handler's path resolves from CommonJS too, as next.config.js wants it", async () => {
  const script = 'console.log(require.resolve("nextjs-dynamodb-cache/cache-handler"))';
  const { stdout } = await node(["--input-type=commonjs", "--eval", script]);
  assert.match(stdout, /cache-handler\.mjs\n$/);
});

test("the command line tool runs by its name and tells how it is used", async () => {
  const { stdout } = await npm(["exec", "--offline", "--", "nextjs-dynamodb-cache-create-table", "--help"], app());
  assert.match(stdout, /^Usage: nextjs-dynamodb-cache create-table/);
});

test("a wrong command line ends with exit code 2 and names what is wrong", async () => {
  const command = ["exec", "--offline", "--", "nextjs-dynamodb-cache-create-table", "--tabel", "x"];
  await assert.rejects(npm(command, app()), (/** @type {any} */ error) => {
    assert.equal(error.code, 2);
    assert.match(error.stderr, /--tabel/);
    return true;
  });
});

for (const resolution of ["Node16", "NodeNext", "Bundler"]) {
  test(`the types hold for a user with moduleResolution ${resolution}`, async () => {
    await writeFile(join(app(), "user.mts"), USER);
    const module = resolution === "Bundler" ? "ESNext" : resolution;
    const options = ["--module", module, "--moduleResolution", resolution, "--target", "ES2022", "--lib", "ES2022,DOM"];
    await node([TSC, "--noEmit", "--strict", ...options, "--types", "", "user.mts"]).catch((error) => {
      assert.fail(error.stdout);
    });
  });
}

const USER = `
import { DynamoDBCacheHandler, type CacheEvent, type DynamoDBCacheOptions } from "nextjs-dynamodb-cache";
import handler from "nextjs-dynamodb-cache/cache-handler";
import { createCacheClient, type CacheClient, type ClientEntry } from "nextjs-dynamodb-cache/client";
import { createCloudWatchEmitter, type CloudWatchEmitter } from "nextjs-dynamodb-cache/cloudwatch";
import { createCacheTable } from "nextjs-dynamodb-cache/create-table";
import wasm from "nextjs-dynamodb-cache/core.wasm";
import edge from "nextjs-dynamodb-cache/core.wasm?module";
import { createOpenTelemetryEmitter } from "nextjs-dynamodb-cache/opentelemetry";
import { createReporter, type Reporter } from "nextjs-dynamodb-cache/reporter";
import { DynamoDBCacheHandler as Slim, initCore, type CoreSource } from "nextjs-dynamodb-cache/slim";
import { createUseCacheHandler, type UseCacheHandler } from "nextjs-dynamodb-cache/use-cache";
import remote from "nextjs-dynamodb-cache/use-cache-handler";

const options: DynamoDBCacheOptions = {
  tableName: "table",
  fetch: globalThis.fetch,
  onEvent: (event: CacheEvent) => console.log(event.type, event.ms),
  credentials: async () => ({ accessKeyId: "a", secretAccessKey: "b", expiration: new Date() }),
};
export default class MyHandler extends DynamoDBCacheHandler.configure(options) {}
export const report: Reporter = createReporter({ url: "http://127.0.0.1:4983/#token=t", instance: "web-1" });
DynamoDBCacheHandler.configure({ onEvent: report });
DynamoDBCacheHandler.configure({ onEvent: createOpenTelemetryEmitter({ attributes: { team: "shop" } }) });
export const emitter: CloudWatchEmitter = createCloudWatchEmitter({ dimensions: { Service: "shop" }, write: console.log });
emitter.flush();
export const units: number | undefined = DynamoDBCacheHandler.stats().units?.read;
await report.flush();
export const plural: UseCacheHandler[] = [remote, createUseCacheHandler(options)];
export const ready: typeof DynamoDBCacheHandler = handler;
export const done: "created" | "found" = (await createCacheTable({ tableName: "table" })).table;
export const client: CacheClient = createCacheClient(options);
export const entry: ClientEntry<string> | null = await client.get<string>("key", { tags: ["t"], build: "build" });
export const isStored: boolean = await client.set("key", { any: "value" }, { tags: ["t"], revalidate: false });
export const hits: number = client.stats().operations.hit;
await client.revalidateTag("t", { expire: 60 });
export const same: typeof DynamoDBCacheHandler = Slim;
export const sources: CoreSource[] = [wasm, edge, new Uint8Array(), new Response()];
await initCore(wasm);
await initCore(import("nextjs-dynamodb-cache/core.wasm"));
// @ts-expect-error: a client's revalidations always reject
createCacheClient({ throwOnRevalidateError: false });
// @ts-expect-error: no such option
DynamoDBCacheHandler.configure({ tabelName: "table" });
`;

function app() {
  return join(folder, "app");
}

/**
 * @param {string[]} args
 * @param {string} cwd
 */
function npm(args, cwd) {
  return execute("npm", args, { cwd });
}

/** @param {string[]} args */
function node(args) {
  return execute(process.execPath, args, { cwd: app() });
}

/**
 * The files that a field of package.json names.
 *
 * @param {any} field
 * @returns {string[]}
 */
function targets(field) {
  return typeof field === "string" ? [field] : Object.values(field).flatMap(targets);
}
