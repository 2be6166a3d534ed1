// `import { createCacheClient } from "nextjs-dynamodb-cache/client"`, with the core as the runtime loads it.

import "#core";

export { createCacheClient } from "../client.mjs";
