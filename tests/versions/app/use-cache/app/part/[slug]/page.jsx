import { headers } from "next/headers";
import { Suspense } from "react";
import { cacheLife, cacheTag } from "../../../lib/caching";
import { read } from "../../../lib/read";
import { Stamp } from "../../../lib/stamp";

export const generateStaticParams = () => [{ slug: "one" }, { slug: "two" }];

/** A cached part, which is in the static shell, and one that is rendered for every request. */
export default async function Part({ params }) {
  const { slug } = await params;
  return (
    <>
      <Cached slug={slug} />
      <Suspense fallback={<p>waiting</p>}>
        <Dynamic />
      </Suspense>
    </>
  );
}

async function Cached({ slug }) {
  "use cache";
  cacheLife({ stale: 60, revalidate: 3600, expire: 86400 });
  cacheTag(`part-${slug}`);
  return <Stamp data={await read(`/part/${slug}`)} render={crypto.randomUUID()} />;
}

async function Dynamic() {
  await headers();
  return <p data-dynamic={crypto.randomUUID()} />;
}
