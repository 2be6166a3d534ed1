import { createCacheClient } from "nextjs-dynamodb-cache/client";
import { answer, timeouts } from "../../lib/answer.mjs";

const cache = createCacheClient(timeouts);

/** The client in a route handler, into whose bundle Next puts the package. */
export function POST(request) {
  return answer(cache, request);
}
