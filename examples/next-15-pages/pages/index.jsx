import Link from "next/link";
import { readPost, slugs } from "../lib/posts.mjs";

export default function Home({ posts }) {
  return (
    <main>
      <h1>Posts</h1>
      <ul>
        {posts.map(({ slug, title, readAt }) => (
          <li key={slug}>
            <Link href={`/posts/${slug}`}>{title}</Link>, read at <time>{readAt}</time>
          </li>
        ))}
      </ul>
    </main>
  );
}

export async function getStaticProps() {
  return { props: { posts: await Promise.all(slugs().map(readPost)) }, revalidate: 3600 };
}
