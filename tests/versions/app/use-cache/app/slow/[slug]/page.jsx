import { headers } from "next/headers";
import { Suspense } from "react";
import { slow } from "../../../lib/slow";
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
  return <Stamp data={await slow(slug)} render={crypto.randomUUID()} />;
}
