import Link from "next/link";
import { readPost, slugs } from "../../lib/posts.mjs";

export default function Post({ title, readAt }) {
  return (
    <main>
      <h1>{title}</h1>
      <p>
        Read at <time>{readAt}</time>. <Link href="/">All posts</Link>
      </p>
    </main>
  );
}

/** These are built; any other is rendered at its first visit, and kept for all instances. */
export function getStaticPaths() {
  return { paths: slugs().map((slug) => ({ params: { slug } })), fallback: "blocking" };
}

export async function getStaticProps({ params: { slug } }) {
  if (slug === "gone") {
    // Kept as well, as what it is.
    return { notFound: true, revalidate: 60 };
  }
  return { props: await readPost(slug), revalidate: 3600 };
}
