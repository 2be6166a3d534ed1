// How patient it is with the store, the tests say: a machine that runs them is busy.
import { createUseCacheHandler } from "nextjs-dynamodb-cache/use-cache";
import { recordEvent } from "./lib/events.mjs";

const timeouts = JSON.parse(process.env.E2E_TIMEOUTS ?? "{}");

export default createUseCacheHandler({ onEvent: recordEvent, ...timeouts });
