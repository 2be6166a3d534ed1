import { headers } from "next/headers";
import { Suspense } from "react";
import { cacheLife, cacheTag } from "../../../lib/caching";
import { read } from "../../../lib/read";
import { Stamp } from "../../../lib/stamp";

/** Rendered for every request, from what it has read before it waits, and again in a cached function after that. */
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
  await inner(slug);
  await read(`/slow/between-${slug}`);
  return <Stamp data={await outer(slug)} render={crypto.randomUUID()} />;
}

async function outer(slug) {
  "use cache";
  cacheLife({ stale: 60, revalidate: 600, expire: 3600 });
  return `outer of ${await inner(slug)}`;
}

async function inner(slug) {
  "use cache: remote";
  cacheLife({ stale: 60, revalidate: 600, expire: 3600 });
  cacheTag(`twice-${slug}`);
  return read(`/twice/${slug}`);
}
