export const generateStaticParams = () => [{ slug: "built" }];

export default async function Cached({ params }) {
  "use cache";
  await params;
  return <output data-render={crypto.randomUUID()} data-by={process.env.INSTANCE ?? "the build"} />;
}
