import { cacheLife, cacheTag } from "../../../lib/caching";
import { read } from "../../../lib/read";
import { Stamp } from "../../../lib/stamp";

export const generateStaticParams = () => [{ slug: "one" }, { slug: "two" }];

/** A whole page that is cached, and prerendered for two slugs. */
export default async function Cached({ params }) {
  "use cache";
  const { slug } = await params;
  cacheLife({ stale: 60, revalidate: 3600, expire: 86400 });
  cacheTag(`cached-${slug}`);
  return <Stamp data={await read(`/cached/${slug}`)} render={crypto.randomUUID()} />;
}
