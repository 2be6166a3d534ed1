import { headers } from "next/headers";
import { Suspense } from "react";
import { cacheLife } from "../../../lib/caching";
import { read } from "../../../lib/read";
import { slow } from "../../../lib/slow";
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
  await slow(slug);
  await read(`/slow/between-${slug}`);
  return <Stamp data={await outer(slug)} render={crypto.randomUUID()} />;
}

async function outer(slug) {
  "use cache";
  cacheLife({ stale: 60, revalidate: 600, expire: 3600 });
  return `outer of ${await slow(slug)}`;
}
