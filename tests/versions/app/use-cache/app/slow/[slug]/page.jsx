import { headers } from "next/headers";
import { Suspense } from "react";
import { cacheLife, cacheTag } from "../../../lib/caching";
import { read } from "../../../lib/read";
import { Stamp } from "../../../lib/stamp";

/** Rendered for every request, from data that the origin takes its time to send. */
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
  "use cache: remote";
  cacheLife({ stale: 60, revalidate: 600, expire: 3600 });
  cacheTag(`slow-${slug}`);
  return read(`/slow/${slug}`);
}
