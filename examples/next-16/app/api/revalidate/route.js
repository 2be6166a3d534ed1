// What a CMS calls: POST /api/revalidate with {"tag": "posts"} and the secret.

import { revalidateTag } from "next/cache";

export async function POST(request) {
  const secret = process.env.REVALIDATE_SECRET;
  if (!secret || request.headers.get("authorization") !== `Bearer ${secret}`) {
    return Response.json({ error: "who are you?" }, { status: 401 });
  }
  const { tag } = await request.json();
  if (typeof tag !== "string" || tag === "") {
    return Response.json({ error: 'the body is {"tag": "…"}' }, { status: 400 });
  }
  // { expire: 0 }: at once, as a webhook wants it. "max" would serve the old page once more.
  revalidateTag(tag, { expire: 0 });
  return Response.json({ revalidated: tag });
}
