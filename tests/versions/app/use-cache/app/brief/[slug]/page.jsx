import { headers } from "next/headers";
import { Suspense } from "react";
import { cacheLife, cacheTag } from "../../../lib/caching";
import { read } from "../../../lib/read";
import { Stamp } from "../../../lib/stamp";

/** Rendered for every request, from what is renewed after one second. */
export default function Page({ params }) {
  return (
    <Suspense>
      <Dynamic params={params} />
    </Suspense>
  );
}

async function Dynamic({ params }) {
  await headers();
  const { slug } = await params;
  return <Stamp data={await cached(slug)} render={crypto.randomUUID()} />;
}

async function cached(slug) {
  "use cache";
  cacheLife({ stale: 0, revalidate: 1, expire: 600 });
  cacheTag(`brief-${slug}`);
  return read(`/brief/${slug}`);
}
