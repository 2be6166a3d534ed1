import { revalidateTag } from "next/cache";

/** `[tag, profile]` in the body, as revalidateTag takes them. */
export async function POST(request) {
  revalidateTag(...(await request.json()));
  return new Response("revalidated");
}
