import { headers } from "next/headers";
import { Suspense } from "react";
import { cacheLife, cacheTag } from "../../../lib/caching";
import { read } from "../../../lib/read";
import { Stamp } from "../../../lib/stamp";

/** Rendered for every request, from a cached function that calls another. */
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
  cacheLife({ stale: 60, revalidate: 600, expire: 3600 });
  return `outer of ${await inner(slug)}`;
}

async function inner(slug) {
  "use cache: remote";
  cacheLife({ stale: 60, revalidate: 600, expire: 3600 });
  cacheTag(`nested-${slug}`);
  return read(`/nested/${slug}`);
}
