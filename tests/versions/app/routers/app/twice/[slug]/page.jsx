import { unstable_cache } from "next/cache";
import { headers } from "next/headers";
import { Stamp, origin } from "../../../lib/stamp";

/** A page that is rendered for every request, and reads the same before it waits and in a cached function after that. */
export default async function Twice({ params }) {
  await headers();
  const { slug } = await params;
  const tag = `twice-${slug}`;
  const read = async () => {
    const response = await fetch(origin(`/twice/${slug}`), { next: { revalidate: 300, tags: [tag] } });
    return response.text();
  };
  await read();
  await fetch(origin(`/slow/between-${slug}`), { cache: "no-store" });
  return <Stamp data={await unstable_cache(read, ["twice", slug], { revalidate: 300, tags: [tag] })()} />;
}
