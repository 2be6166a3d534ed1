import { headers } from "next/headers";
import { Stamp, origin } from "../../../lib/stamp";

/** A page that is rendered for every request, from a fetch that is cached. */
export default async function Fetched({ params }) {
  await headers();
  const { slug } = await params;
  const response = await fetch(origin(`/fetched/${slug}`), { next: { revalidate: 300, tags: [`fetched-${slug}`] } });
  return <Stamp data={await response.text()} />;
}
