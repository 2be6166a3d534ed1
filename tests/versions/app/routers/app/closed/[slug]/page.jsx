import { Stamp, tagged } from "../../../lib/stamp";

export const revalidate = 3600;
export const dynamicParams = false;
export const generateStaticParams = () => [{ slug: "one" }, { slug: "two" }];

/** Prerendered for two slugs; there are no others. */
export default async function Closed({ params }) {
  const { slug } = await params;
  return <Stamp data={await tagged(`closed-${slug}`)} />;
}
