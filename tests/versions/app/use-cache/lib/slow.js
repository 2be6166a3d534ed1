import { cacheLife, cacheTag } from "./caching";
import { read } from "./read";

/** What the origin takes its time to send, for more than one page. */
export async function slow(slug) {
  "use cache: remote";
  cacheLife({ stale: 60, revalidate: 600, expire: 3600 });
  cacheTag(`slow-${slug}`);
  return read(`/slow/${slug}`);
}
