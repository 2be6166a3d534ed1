// The ready-made handler for 'use cache', configured from the environment alone:
// cacheHandlers: { default: require.resolve("nextjs-dynamodb-cache/use-cache-handler") }
import { createUseCacheHandler } from "./js/entries/use-cache.mjs";

export default createUseCacheHandler();
