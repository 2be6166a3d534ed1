// Runs on the edge runtime, into which Next 16.2 and later bundle the cache handler.
import core from "nextjs-dynamodb-cache/core.wasm?module";
import { createCacheClient, initCore } from "nextjs-dynamodb-cache/slim";
import { NextResponse } from "next/server";
import { answer, timeouts } from "./lib/answer.mjs";

export const config = { matcher: "/edge/:path*" };

initCore(core);
const cache = createCacheClient(timeouts);

export function middleware(request) {
  if (request.nextUrl.pathname === "/edge/slim-in-middleware") {
    return answer(cache, request);
  }
  const response = NextResponse.next();
  response.headers.set("x-passed", "middleware");
  return response;
}
