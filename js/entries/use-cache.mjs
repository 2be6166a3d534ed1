// `import { createUseCacheHandler } from "nextjs-dynamodb-cache/use-cache"`, with the core as the runtime loads it.

import "#core";

export { createUseCacheHandler } from "../use-cache.mjs";
