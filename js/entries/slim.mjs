// `import { initCore, … } from "nextjs-dynamodb-cache/slim"`: without a core, for a runtime or a bundler that none of the
// other entries suits. The application hands the module over.

export { createCacheClient } from "../client.mjs";
export { initCore } from "../core.mjs";
export { DynamoDBCacheHandler } from "../handler.mjs";
export { createUseCacheHandler } from "../use-cache.mjs";
