// Runs on Node; Next 16.2 and later bundle the cache handler into it.
import { NextResponse } from "next/server";

export const config = { matcher: "/edge/:path*" };

export function proxy() {
  const response = NextResponse.next();
  response.headers.set("x-passed", "proxy");
  return response;
}
