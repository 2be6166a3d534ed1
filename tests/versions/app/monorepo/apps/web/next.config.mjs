import { createRequire } from "node:module";
import { join } from "node:path";

const { resolve } = createRequire(import.meta.url);
const root = join(import.meta.dirname, "../..");

/** @type {import("next").NextConfig} */
export default {
  output: "standalone",
  outputFileTracingRoot: root,
  turbopack: { root },
  cacheComponents: true,
  cacheHandler: resolve("@monorepo/cache/handler"),
  cacheMaxMemorySize: 0,
  cacheHandlers: { default: resolve("@monorepo/cache/use-cache-handler") },
};
