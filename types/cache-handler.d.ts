import { DynamoDBCacheHandler } from "./index.js";

/** The handler class, configured from the environment alone. */
declare const handler: typeof DynamoDBCacheHandler;
export default handler;
