import { Stamp, origin } from "../../../lib/stamp";

export const revalidate = 60;
export const generateStaticParams = () => [];

/** A page from data that the origin takes its time to send. */
export default async function Slow({ params }) {
  const { slug } = await params;
  const response = await fetch(origin(`/slow/${slug}`), { next: { revalidate: 60, tags: [`slow-${slug}`] } });
  return <Stamp data={await response.text()} />;
}
