import { tagged } from "../../../lib/stamp";

export const dynamic = "force-static";
export const revalidate = 3600;
export const generateStaticParams = () => [{ name: "one" }];

/** Every byte there is, which is no UTF-8. */
export async function GET(request, { params }) {
  const { name } = await params;
  await tagged(`built-route-${name}`);
  const body = Uint8Array.from({ length: 4096 }, (_, index) => index % 256);
  return new Response(body, { headers: { "content-type": "image/x-nothing", "x-render": crypto.randomUUID() } });
}
