// The public entry: `import { DynamoDBCacheHandler } from "nextjs-dynamodb-cache"`.
export { DynamoDBCacheHandler } from "./handler.mjs";
