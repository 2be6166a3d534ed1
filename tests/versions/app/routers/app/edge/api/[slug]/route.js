export const runtime = "edge";

export async function GET(request, { params }) {
  const { slug } = await params;
  const url = new URL(`/edge-api/${slug}`, process.env.ORIGIN);
  const response = await fetch(url, { next: { revalidate: 300, tags: [`edge-${slug}`] } });
  return new Response(await response.text());
}
