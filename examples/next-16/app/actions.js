"use server";

import { revalidateTag, updateTag } from "next/cache";

/** Whoever asks next, anywhere, waits for a new render. */
export async function revalidateNow() {
  updateTag("posts");
}

/** Whoever asks next is served the old one once more, while it is rendered anew. */
export async function revalidateInBackground() {
  revalidateTag("posts", "max");
}
