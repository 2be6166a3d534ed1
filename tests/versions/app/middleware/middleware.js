// Runs on the edge runtime, into which Next 16.2 and later bundle the cache handler.
import { NextResponse } from "next/server";

export const config = { matcher: "/edge/:path*" };

export function middleware() {
  const response = NextResponse.next();
  response.headers.set("x-passed", "middleware");
  return response;
}
