"use server";

import { refresh, revalidatePath, revalidateTag, updateTag } from "next/cache";

export async function expireTag(form) {
  updateTag(form.get("subject"));
}

export async function staleTag(form) {
  revalidateTag(form.get("subject"), "max");
}

export async function expirePath(form) {
  revalidatePath(form.get("subject"));
  refresh();
}
