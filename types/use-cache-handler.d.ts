import type { UseCacheHandler } from "./use-cache.js";

/** The handler for `cacheHandlers`, configured from the environment alone. */
declare const handler: UseCacheHandler;
export default handler;
