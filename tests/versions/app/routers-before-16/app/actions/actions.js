"use server";

import { revalidatePath, revalidateTag } from "next/cache";

export async function expireTag(form) {
  revalidateTag(form.get("subject"));
}

export async function expirePath(form) {
  revalidatePath(form.get("subject"));
}

/** Only Next 16 revalidates softly. */
export async function staleTag(form) {
  revalidateTag(form.get("subject"));
}
