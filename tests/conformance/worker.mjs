// One instance of an application: a process that holds Next's own IncrementalCache and does what it is told over IPC.

import { createRequire } from "node:module";
import { join } from "node:path";
import { serialize } from "node:v8";

/**
 * @typedef {object} Configuration
 * @property {string} folder the application
 * @property {"dynamodb" | "next"} handler this package's, or Next's default one
 * @property {boolean} dev
 * @property {Record<string, unknown>} options of this package's handler
 */

/** @type {Configuration} */
const configuration = JSON.parse(process.argv[2] ?? "");
/** @type {any} Next is not among what this checkout's types are checked with */
const require = createRequire(join(configuration.folder, "package.json"));
// As a Next server does before anything else; a later one brings more than the environment of the caches.
require("next/dist/server/node-environment");

const { IncrementalCache } = require("next/dist/server/lib/incremental-cache");
const { nodeFs } = require("next/dist/server/lib/node-fs-methods");
const CurCacheHandler = await loadHandler();

const PREVIEW = { previewModeId: "preview-mode-id", previewModeSigningKey: "key", previewModeEncryptionKey: "key" };
const PRERENDER_MANIFEST = { version: 4, routes: {}, dynamicRoutes: {}, notFoundRoutes: [], preview: PREVIEW };
const MEMORY_BYTES = 50 * 1024 * 1024;

/** @type {Map<number, any>} */
const requests = new Map();

/** @type {Record<string, (...args: any[]) => unknown>} */
const OPERATIONS = {
  get: (request, key, ctx) => cacheOf(request).get(key, ctx),
  set: (request, key, value, ctx) => untouched(value, () => cacheOf(request).set(key, value, ctx)),
  revalidateTag: (request, ...args) => cacheOf(request).revalidateTag(...args),
  handler: (request, method, ...args) => cacheOf(request).cacheHandler[method](...args),
  async spoil(request, key, ctx) {
    const { value } = await cacheOf(request).get(key, ctx);
    value.headers["x-spoiled"] = "yes";
    delete value.headers["x-next-cache-tags"];
    value.html = "spoiled";
  },
  getImage: (_request, key) => imageCache().get(key),
  setImage: (_request, key, value, ctx) => untouched(value, () => imageCache().set(key, value, ctx)),
  // As Next's own handler of 'use cache' does when a tag is revalidated in its process.
  noteExpired(_request, tag, expired) {
    const { tagsManifest } = require("next/dist/server/lib/incremental-cache/tags-manifest.external.js");
    tagsManifest.set(tag, { ...tagsManifest.get(tag), expired });
  },
  end: (request) => requests.delete(request),
};

process.on("message", async (/** @type {{ id: number, operation: string, args: unknown[] }} */ { id, operation, args }) => {
  try {
    process.send?.({ id, result: await OPERATIONS[operation]?.(...args) });
  } catch (error) {
    process.send?.({ id, error: error instanceof Error ? error.stack : String(error) });
  }
});
process.send?.({ ready: true });

/**
 * Next constructs a cache for each request, and one more where no request is named.
 *
 * @param {number | null} request
 */
function cacheOf(request) {
  if (request === null) {
    return newCache();
  }
  const cache = requests.get(request) ?? newCache();
  requests.set(request, cache);
  return cache;
}

/** Every major takes from this what it knows. */
function newCache() {
  return new IncrementalCache({
    fs: nodeFs,
    dev: configuration.dev,
    appDir: true,
    pagesDir: true,
    fetchCache: true,
    minimalMode: false,
    flushToDisk: false,
    serverDistDir: join(configuration.folder, ".next/server"),
    requestHeaders: {},
    requestProtocol: "http",
    maxMemoryCacheSize: MEMORY_BYTES,
    prerenderManifest: PRERENDER_MANIFEST,
    getPrerenderManifest: () => PRERENDER_MANIFEST,
    previewProps: PREVIEW,
    fetchCacheKeyPrefix: "",
    experimental: { ppr: false },
    CurCacheHandler,
  });
}

/** The cache of Next's image optimizer, with `images.customCacheHandler`. */
function imageCache() {
  const { ImageOptimizerCache } = require("next/dist/server/image-optimizer");
  const distDir = join(configuration.folder, ".next");
  const context = { dev: false, flushToDisk: false, serverDistDir: join(distDir, "server"), maxMemoryCacheSize: MEMORY_BYTES };
  const cacheHandler = CurCacheHandler && new CurCacheHandler({ ...context, revalidatedTags: [], _requestHeaders: {} });
  const nextConfig = { images: { minimumCacheTTL: 1 }, experimental: { isrFlushToDisk: true } };
  return new ImageOptimizerCache({ distDir, nextConfig, cacheHandler });
}

/** As Next loads what `cacheHandler` names. */
async function loadHandler() {
  if (configuration.handler === "next") {
    return undefined;
  }
  const { DynamoDBCacheHandler } = await import(require.resolve("nextjs-dynamodb-cache"));
  return DynamoDBCacheHandler.configure(configuration.options);
}

/**
 * Runs something, and tells whether a value came out of it as it went in.
 *
 * @param {unknown} value
 * @param {() => Promise<unknown>} run
 */
async function untouched(value, run) {
  const before = serialize(value);
  await run();
  return before.equals(serialize(value));
}
