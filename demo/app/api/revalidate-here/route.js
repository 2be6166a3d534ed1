import { revalidatePath, revalidateTag } from "next/cache";
import { exhibit } from "../../../lib/exhibits.mjs";

export const dynamic = "force-dynamic";

/** Revalidates an exhibit of the App Router on this instance. */
export function POST(request) {
  const { searchParams } = new URL(request.url);
  const page = exhibit(searchParams.get("exhibit"));
  switch (page && searchParams.get("how")) {
    case "expire":
      revalidateTag(page.tag, { expire: 0 });
      break;
    case "max":
      revalidateTag(page.tag, "max");
      break;
    case "path":
      revalidatePath(page.path);
      break;
    default:
      return Response.json({ error: "no such exhibit or revalidation" }, { status: 404 });
  }
  return Response.json({ ok: true });
}
