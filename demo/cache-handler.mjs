// The package as an application uses it. Table, endpoint and keys come from the environment; what the demo adds is
// `onEvent`, so that the page can show what the handler did, and the window what all instances do.
import { DynamoDBCacheHandler } from "nextjs-dynamodb-cache";
import { createReporter } from "nextjs-dynamodb-cache/reporter";
import { recordEvent } from "./lib/events.mjs";

const report = createReporter({ instance: process.env.INSTANCE });

export default DynamoDBCacheHandler.configure({
  onEvent(event) {
    recordEvent(event);
    report(event);
  },
});
