import { redirect } from "next/navigation";

export const revalidate = 60;
export const generateStaticParams = () => [];

export default async function Moved({ params }) {
  const { slug } = await params;
  redirect(`/isr/${slug}?render=${crypto.randomUUID()}`);
}
