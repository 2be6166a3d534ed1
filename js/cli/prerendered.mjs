// A build's prerendered output, read as Next's own handler reads it, for upload.

import { createRequire } from "node:module";
import { access, readFile } from "node:fs/promises";
import { join, resolve } from "node:path";

/** @typedef {import("../../types/index.d.ts").CacheHandlerValue} CacheHandlerValue */

/**
 * @typedef {object} Prerendered
 * @property {string} route
 * @property {string} key by which Next asks for it
 * @property {"APP_PAGE" | "APP_ROUTE" | "PAGES"} kind
 * @property {{ revalidate?: number | false, expire?: number }} cacheControl
 * @property {boolean} isPartial whether the rest of it is rendered at each request
 */

/**
 * The routes that a build has prerendered.
 *
 * @param {string} directory of the application
 * @param {string} distDir
 * @returns {Promise<{ buildId: string, serverDistDir: string, routes: Prerendered[] }>}
 * @throws {Error} that says what to do where there is no build
 */
export async function prerenderedIn(directory, distDir) {
  const dist = resolve(directory, distDir);
  const serverDistDir = join(dist, "server");
  const buildId = await buildIdIn(dist);
  if (buildId === undefined) {
    throw new Error(`${dist} holds no build: run next build, or name its folder with --dist`);
  }
  const manifest = JSON.parse(await readFile(join(dist, "prerender-manifest.json"), "utf8"));
  const routes = await Promise.all(
    Object.entries(manifest.routes).map(async ([route, about]) => {
      const kind = await kindOf(serverDistDir, route);
      return {
        route,
        key: await keyOf(serverDistDir, route, kind),
        kind,
        cacheControl: { revalidate: about.initialRevalidateSeconds, expire: about.initialExpireSeconds },
        isPartial: about.renderingMode === "PARTIALLY_STATIC" || about.experimentalPPR === true,
      };
    }),
  );
  return { buildId, serverDistDir, routes };
}

/**
 * @param {string} dist
 * @returns {Promise<string | undefined>} none where there is no build
 */
export async function buildIdIn(dist) {
  const written = await readFile(join(dist, "BUILD_ID"), "utf8").catch(() => undefined);
  return written?.trim();
}

/** Where a deployment's id is configured, an instance has it in its environment, and so must this have. @param {string} buildId */
export function withDeployment(buildId) {
  const deploymentId = process.env.NEXT_DEPLOYMENT_ID;
  return deploymentId ? `${buildId} ${deploymentId}` : buildId;
}

/**
 * Next's own reader of that output.
 *
 * @param {string} directory of the application
 * @param {string} serverDistDir
 * @returns {(route: Prerendered) => Promise<CacheHandlerValue | null>}
 * @throws {Error} where Next is not installed
 */
export function readerOf(directory, serverDistDir) {
  const require = createRequire(join(resolve(directory), "package.json"));
  /** @type {any} */
  let FileSystemCache;
  /** @type {any} */
  let fs;
  try {
    FileSystemCache = require("next/dist/server/lib/incremental-cache/file-system-cache.js").default;
    fs = require("next/dist/server/lib/node-fs-methods.js").nodeFs;
  } catch (error) {
    throw new Error(`Next is not to be found from ${directory}: install the application's packages first`, { cause: error });
  }
  const context = {
    ...{ fs, serverDistDir, flushToDisk: false, maxMemoryCacheSize: 0, revalidatedTags: [], dev: false },
    // What Next 14 wants to know.
    ...{ _appDir: true, _pagesDir: true, experimental: { ppr: false } },
  };
  const reader = new FileSystemCache(context);
  return async ({ key, kind, isPartial }) => {
    const kindHint = kind === "PAGES" ? "pages" : "app"; // Next 14
    return (await reader.get(key, { kind, kindHint, isRoutePPREnabled: isPartial, isFallback: false })) ?? null;
  };
}

/**
 * @param {string} serverDistDir
 * @param {string} route
 * @returns {Promise<Prerendered["kind"]>}
 */
async function kindOf(serverDistDir, route) {
  const file = fileOf(route);
  if (await exists(join(serverDistDir, "app", `${file}.body`))) {
    return "APP_ROUTE";
  }
  return (await exists(join(serverDistDir, "app", `${file}.html`))) ? "APP_PAGE" : "PAGES";
}

/**
 * Next 16.4 asks by a longer key, which it writes beside the page.
 *
 * @param {string} serverDistDir
 * @param {string} route
 * @param {Prerendered["kind"]} kind
 */
async function keyOf(serverDistDir, route, kind) {
  const path = join(serverDistDir, kind === "PAGES" ? "pages" : "app", `${fileOf(route)}.meta`);
  const meta = await readFile(path, "utf8").then(JSON.parse, () => undefined);
  return meta?.routeCache?.key ?? fileOf(route);
}

/** @param {string} route */
function fileOf(route) {
  return route === "/" ? "/index" : route;
}

/** @param {string} path */
function exists(path) {
  return access(path).then(
    () => true,
    () => false,
  );
}
