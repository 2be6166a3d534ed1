import { Stamp } from "../../lib/stamp";

export default function Old({ data }) {
  return <Stamp data={data} />;
}

export const getStaticPaths = () => ({ paths: [], fallback: "blocking" });

/** The slug says what the page is. Each render asks the origin once. */
export async function getStaticProps({ params }) {
  const data = await (await fetch(new URL(`/old/${params.slug}`, process.env.ORIGIN))).text();
  if (params.slug.startsWith("absent")) {
    return { notFound: true, revalidate: 60 };
  }
  if (params.slug.startsWith("moved")) {
    return { redirect: { destination: `/old/target?origin=${data}`, permanent: false }, revalidate: 60 };
  }
  return { props: { data }, revalidate: 60 };
}
