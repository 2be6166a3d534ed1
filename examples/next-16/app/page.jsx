import { cacheLife, cacheTag } from "next/cache";
import Link from "next/link";
import { readPost, slugs } from "../lib/posts.mjs";
import { revalidateInBackground, revalidateNow } from "./actions";

export default function Home() {
  return (
    <main>
      <h1>Posts</h1>
      <Posts />
      <form>
        <button formAction={revalidateNow}>Revalidate now</button>{" "}
        <button formAction={revalidateInBackground}>Revalidate behind the next visit</button>
      </form>
      <p>
        Start a second instance in another terminal (<code>PORT=3001 npm run second</code>): it shows the same times, and a
        revalidation on either one holds on both.
      </p>
    </main>
  );
}

async function Posts() {
  "use cache";
  cacheTag("posts");
  cacheLife("hours");
  const posts = await Promise.all(slugs().map(readPost));
  return (
    <ul>
      {posts.map(({ slug, title, readAt }) => (
        <li key={slug}>
          <Link href={`/posts/${slug}`}>{title}</Link>, read at <time>{readAt}</time>
        </li>
      ))}
    </ul>
  );
}
