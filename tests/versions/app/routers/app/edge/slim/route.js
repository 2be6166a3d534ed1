import core from "nextjs-dynamodb-cache/core.wasm?module";
import { createCacheClient, initCore } from "nextjs-dynamodb-cache/slim";
import { answer, timeouts } from "../../../lib/answer.mjs";

export const runtime = "edge";

initCore(core);
const cache = createCacheClient(timeouts);

/** The entry without the core, which the route brings along. */
export function POST(request) {
  return answer(cache, request);
}
