// The ready-made handler, configured from the environment alone:
// cacheHandler: require.resolve("nextjs-dynamodb-cache/cache-handler")
import { DynamoDBCacheHandler } from "./js/entries/index.mjs";
import { warmUpOnLambda } from "./js/warm-up.mjs";

warmUpOnLambda(() => DynamoDBCacheHandler.options);

export default DynamoDBCacheHandler;
