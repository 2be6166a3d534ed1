// The demo's handler. How patient it is with the store, the tests say: a machine that runs them is busy.
import { DynamoDBCacheHandler } from "nextjs-dynamodb-cache";
import { recordEvent } from "./lib/events.mjs";

const timeouts = JSON.parse(process.env.E2E_TIMEOUTS ?? "{}");

export default DynamoDBCacheHandler.configure({ onEvent: recordEvent, ...timeouts });
