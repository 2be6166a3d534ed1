import { cacheLife, cacheTag } from "next/cache";
import Link from "next/link";
import { readPost, slugs } from "../../../lib/posts.mjs";

/** These are built; any other is rendered at its first visit, and kept for all instances. */
export function generateStaticParams() {
  return slugs().map((slug) => ({ slug }));
}

export default async function Post({ params }) {
  "use cache";
  const { slug } = await params;
  cacheTag("posts", `post-${slug}`);
  cacheLife("hours");
  const { title, readAt } = await readPost(slug);
  return (
    <main>
      <h1>{title}</h1>
      <p>
        Read at <time>{readAt}</time>. <Link href="/">All posts</Link>
      </p>
    </main>
  );
}
