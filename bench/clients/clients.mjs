// Everything that is compared, loaded only when it is asked for: loading is part of a cold start.

/** Name → what makes its handler: `get(key)`, `set(key, value)`, and of some `getEntry` and `setEntry`. */
export const CLIENTS = {
  "this package": async (endpoint) => (await import("./own.mjs")).own(endpoint, { memoryMaxBytes: 0 }),
  "this package, memory": async (endpoint) => (await import("./own.mjs")).own(endpoint, {}),
  "this package, memory, tagFreshnessMs 1000": async (endpoint) => (await import("./own.mjs")).own(endpoint, { tagFreshnessMs: 1_000 }),
  "Next's own, memory": async () => (await import("./next-memory.mjs")).nextMemory(),
  "floor (node:http)": async (endpoint) => (await import("./floor.mjs")).floor(endpoint),
  "AWS SDK": async (endpoint) => (await import("./aws-sdk.mjs")).awsSdk(endpoint),
  "AWS SDK lib-dynamodb": async (endpoint) => (await import("./lib-dynamodb.mjs")).libDynamodb(endpoint),
  aws4fetch: async (endpoint) => (await import("./aws4fetch.mjs")).aws4fetch(endpoint),
  "aws-lite": async (endpoint) => (await import("./aws-lite.mjs")).awsLite(endpoint),
  redis: async (_endpoint, redisUrl) => (await import("./redis.mjs")).redis(redisUrl),
};
