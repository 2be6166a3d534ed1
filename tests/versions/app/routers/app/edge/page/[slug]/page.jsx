export const runtime = "edge";

/** Edge pages are rendered for every request, this one from a fetch that is cached. */
export default async function Edge({ params }) {
  const { slug } = await params;
  const url = new URL(`/edge-page/${slug}`, process.env.ORIGIN);
  const response = await fetch(url, { next: { revalidate: 300, tags: [`edge-${slug}`] } });
  return <output data-render={crypto.randomUUID()} data-content={await response.text()} />;
}
