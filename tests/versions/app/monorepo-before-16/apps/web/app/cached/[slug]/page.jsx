export const revalidate = 3600;
export const generateStaticParams = () => [{ slug: "built" }];

export default function Cached() {
  return <output data-render={crypto.randomUUID()} data-by={process.env.INSTANCE ?? "the build"} />;
}
