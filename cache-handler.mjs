// The ready-made handler, configured from the environment alone:
// cacheHandler: require.resolve("nextjs-dynamodb-cache/cache-handler")
export { DynamoDBCacheHandler as default } from "./js/entries/index.mjs";
