// `import { DynamoDBCacheHandler } from "nextjs-dynamodb-cache"`, with the core as the runtime loads it.

import "#core";

export { DynamoDBCacheHandler } from "../handler.mjs";
