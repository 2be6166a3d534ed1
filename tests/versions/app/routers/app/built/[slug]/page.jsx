import { Stamp, tagged } from "../../../lib/stamp";

export const revalidate = 3600;
export const generateStaticParams = () => [{ slug: "one" }, { slug: "two" }];

/** Prerendered for two slugs, rendered at the first request for any other. */
export default async function Built({ params }) {
  const { slug } = await params;
  return <Stamp data={await tagged(`built-${slug}`)} />;
}
