import { headers } from "next/headers";
import { Suspense } from "react";
import { cacheLife } from "../../../lib/caching";
import { slow } from "../../../lib/slow";
import { Stamp } from "../../../lib/stamp";

/** Rendered for every request, from a cached function that calls the one of the page /slow. */
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
  return <Stamp data={await around(slug)} render={crypto.randomUUID()} />;
}

async function around(slug) {
  "use cache";
  cacheLife({ stale: 60, revalidate: 600, expire: 3600 });
  return `around ${await slow(slug)}`;
}
