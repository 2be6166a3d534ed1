// With CONTROL, Next's own handlers cache instead.
import { fileURLToPath } from "node:url";
import { ofThisVersion, withHandlers } from "./version.config.mjs";

const path = (name) => fileURLToPath(new URL(name, import.meta.url));
const useCacheHandler = path("./use-cache-handler.mjs");
const ours = withHandlers(ofThisVersion, { default: useCacheHandler, remote: useCacheHandler });

/** @type {import("next").NextConfig} */
export default {
  output: "standalone",
  outputFileTracingRoot: import.meta.dirname,
  turbopack: { root: import.meta.dirname },
  distDir: process.env.DIST_DIR || ".next",
  ...(process.env.CONTROL ? ofThisVersion : { ...ours, cacheHandler: path("./cache-handler.mjs"), cacheMaxMemorySize: 0 }),
};
