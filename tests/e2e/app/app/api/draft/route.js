import { draftMode } from "next/headers";

/** Gives the cookie that shows drafts. */
export async function GET() {
  (await draftMode()).enable();
  return new Response("drafts are shown");
}
