import { fileURLToPath } from "node:url";

/** @type {import("next").NextConfig} */
export default {
  cacheHandler: fileURLToPath(new URL("./cache-handler.mjs", import.meta.url)),
  // Next's own memory in front of the handler would answer for it.
  cacheMaxMemorySize: 0,
  turbopack: { root: import.meta.dirname },
  outputFileTracingRoot: import.meta.dirname,
  poweredByHeader: false,
};
