// The package as an application uses it. Table, endpoint and keys come from the environment; what the demo adds is
// `onEvent`, so that the page can show what the handler did.
import { DynamoDBCacheHandler } from "nextjs-dynamodb-cache";
import { recordEvent } from "./lib/events.mjs";

export default DynamoDBCacheHandler.configure({ onEvent: recordEvent });
