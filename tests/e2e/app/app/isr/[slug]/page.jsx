import { Stamp, tagged } from "../../../lib/stamp";

export const revalidate = 60;
export const generateStaticParams = () => [];

export default async function Isr({ params }) {
  const { slug } = await params;
  return <Stamp data={await tagged("isr", `isr-${slug}`)} />;
}
