import { revalidatePath } from "next/cache";

/** `[path, type]` in the body, as revalidatePath takes them. */
export async function POST(request) {
  revalidatePath(...(await request.json()));
  return new Response("revalidated");
}
