// The demo's configuration, with a folder and an id for each of several builds.
import { fileURLToPath } from "node:url";

/** @type {import("next").NextConfig} */
export default {
  cacheHandler: fileURLToPath(new URL("./cache-handler.mjs", import.meta.url)),
  cacheMaxMemorySize: 0,
  turbopack: { root: import.meta.dirname },
  outputFileTracingRoot: import.meta.dirname,
  distDir: process.env.E2E_BUILD ? `.next-${process.env.E2E_BUILD}` : ".next",
  generateBuildId: () => process.env.E2E_BUILD ?? null,
};
