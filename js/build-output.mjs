// The build's own output as a cache. With a custom handler Next never reads its prerendered files: a page that no
// instance has rendered since the deploy would be rendered at its first request, though the build holds it.

import runtime from "#runtime";
import { nextFileSystemCache, nextRendersClosedPages } from "./next-internals.mjs";
import { pathOf } from "./route-keys.mjs";

/** @typedef {import("../types/index.d.ts").CacheHandlerContext} CacheHandlerContext */
/** @typedef {import("../types/index.d.ts").CacheHandlerValue} CacheHandlerValue */
/** @typedef {import("../types/index.d.ts").GetContext} GetContext */

/** @type {Map<string, Promise<string | null>>} */
const buildIds = new Map();

/**
 * What the build has for a key, by Next's own reader; `null` where it has nothing.
 *
 * @param {CacheHandlerContext} context what Next handed to the handler's constructor
 * @param {string} key
 * @param {GetContext} ctx
 * @returns {Promise<CacheHandlerValue | null>}
 */
export async function readBuildOutput(context, key, ctx) {
  const FileSystemCache = nextFileSystemCache();
  if (!FileSystemCache || !context.serverDistDir || context.dev) {
    return null;
  }
  // Its memory is a static of the class, which this handler alone uses: zero keeps it from holding anything.
  const reader = new FileSystemCache({ ...context, flushToDisk: false, maxMemoryCacheSize: 0 });
  return (await reader.get(key, ctx)) ?? null;
}

/** @type {Map<string, Promise<Set<string>>>} */
const closedPages = new Map();

/**
 * Whether Next answers a miss of this page with 404 instead of a render: before 16.3 that is so of what the build has prerendered for
 * a route that takes no other paths (`dynamicParams = false`, `fallback: false`). Behind an entry that it serves, it renders it.
 *
 * @param {CacheHandlerContext} context
 * @param {string} key
 */
export async function isClosedPage({ serverDistDir }, key) {
  if (!serverDistDir || nextRendersClosedPages()) {
    return false;
  }
  let pages = closedPages.get(serverDistDir);
  if (!pages) {
    pages = readClosedPages(serverDistDir);
    closedPages.set(serverDistDir, pages);
  }
  return (await pages).has(pathOf(key));
}

/** @param {string} serverDistDir */
async function readClosedPages(serverDistDir) {
  try {
    const bytes = await runtime.readFile(`${serverDistDir}/../prerender-manifest.json`);
    const { routes, dynamicRoutes } = JSON.parse(new TextDecoder().decode(bytes ?? undefined));
    const isClosed = (/** @type {string} */ path) => dynamicRoutes[routes[path].srcRoute]?.fallback === false;
    return new Set(Object.keys(routes).filter(isClosed));
  } catch {
    // As with the id: it may be there the next time.
    closedPages.delete(serverDistDir);
    return new Set();
  }
}

/**
 * Next's own handler as it works during a build, when there is no store to ask.
 *
 * @param {CacheHandlerContext} context
 */
export function buildTimeCache(context) {
  const FileSystemCache = nextFileSystemCache();
  return FileSystemCache && context.fs ? new FileSystemCache(context) : null;
}

/**
 * The id of the build that this server runs, by which its pages are told from another build's. Where a `deploymentId` is
 * configured, Next 16 gives all builds the same id, and the deployment's tells them apart.
 * https://nextjs.org/docs/app/guides/self-hosting#build-cache
 *
 * @param {CacheHandlerContext} context
 * @returns {Promise<string | null>} null where it cannot be told
 */
export async function readBuildId({ serverDistDir }) {
  if (!serverDistDir) {
    return null;
  }
  let buildId = buildIds.get(serverDistDir);
  if (!buildId) {
    buildId = runtime.readFile(`${serverDistDir}/../BUILD_ID`).then((bytes) => {
      const id = bytes ? new TextDecoder().decode(bytes).trim() || null : null;
      if (id === null) {
        // A process without a free file may have one later; else it would share its pages with all builds for as long as it lives.
        buildIds.delete(serverDistDir);
      }
      return id;
    });
    buildIds.set(serverDistDir, buildId);
  }
  // Every server sets it, from its configuration. It holds no space.
  const deploymentId = runtime.env("NEXT_DEPLOYMENT_ID");
  return deploymentId ? [await buildId, deploymentId].join(" ") : buildId;
}
