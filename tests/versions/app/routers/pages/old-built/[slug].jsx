import { Stamp } from "../../lib/stamp";

export default function Built({ slug }) {
  return <Stamp data={slug} />;
}

export const getStaticPaths = () => ({ paths: ["/old-built/one"], fallback: "blocking" });
export const getStaticProps = ({ params }) => ({ props: { slug: params.slug }, revalidate: 3600 });
