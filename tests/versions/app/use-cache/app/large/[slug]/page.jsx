import { headers } from "next/headers";
import { Suspense } from "react";
import { cacheLife, cacheTag } from "../../../lib/caching";
import { read } from "../../../lib/read";
import { Stamp } from "../../../lib/stamp";

/** Rendered for every request, from 3 MB that are cached. */
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
  return <Stamp data={(await cached(slug)).slice(0, 40)} render={crypto.randomUUID()} />;
}

async function cached(slug) {
  "use cache";
  cacheLife({ stale: 60, revalidate: 600, expire: 3600 });
  cacheTag(`large-${slug}`);
  return read(`/large/${slug}`);
}
