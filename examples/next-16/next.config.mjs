import { createRequire } from "node:module";

const require = createRequire(import.meta.url);

/** @type {import("next").NextConfig} */
export default {
  cacheComponents: true,
  // Pages, route handlers and images.
  cacheHandler: require.resolve("nextjs-dynamodb-cache/cache-handler"),
  // Next's own memory would hide what other instances do.
  cacheMaxMemorySize: 0,
  // 'use cache' and 'use cache: remote'.
  cacheHandlers: {
    default: require.resolve("nextjs-dynamodb-cache/use-cache-handler"),
    remote: require.resolve("nextjs-dynamodb-cache/use-cache-handler"),
  },
  // For a container or a Lambda function: docs/hosting.
  output: process.env.STANDALONE ? "standalone" : undefined,
  turbopack: { root: import.meta.dirname },
  outputFileTracingRoot: import.meta.dirname,
};
