import { unstable_cache } from "next/cache";
import { headers } from "next/headers";
import { Stamp, origin } from "../../../lib/stamp";

/** A page that is rendered for every request, from a function whose result is cached. */
export default async function Memo({ params }) {
  await headers();
  const { slug } = await params;
  return <Stamp data={await unstable_cache(read, ["memo"], { revalidate: 300, tags: [`memo-${slug}`] })(slug)} />;
}

async function read(slug) {
  const response = await fetch(origin(`/memo/${slug}`), { cache: "no-store" });
  return response.text();
}
