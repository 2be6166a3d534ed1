import { createRequire } from "node:module";

const require = createRequire(import.meta.url);

/** @type {import("next").NextConfig} */
export default {
  cacheHandler: require.resolve("nextjs-dynamodb-cache/cache-handler"),
  // Next's own memory would hide what other instances do.
  cacheMaxMemorySize: 0,
  output: process.env.STANDALONE ? "standalone" : undefined,
  outputFileTracingRoot: import.meta.dirname,
};
