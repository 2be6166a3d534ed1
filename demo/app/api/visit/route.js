import { exhibit } from "../../../lib/exhibits.mjs";
import { eventsOf, instance } from "../../../lib/instances.mjs";

export const dynamic = "force-dynamic";

/** Visits an exhibit on an instance as a browser would, and tells how it was served. */
export async function GET(request) {
  const { searchParams } = new URL(request.url);
  const of = instance(searchParams.get("instance"));
  const page = exhibit(searchParams.get("exhibit"));
  if (!of || !page) {
    return Response.json({ error: "no such instance or exhibit" }, { status: 404 });
  }
  const before = (await eventsOf(of, 0)).at(-1)?.number ?? 0;
  const began = performance.now();
  const response = await fetch(of.url + page.path, { cache: "no-store" });
  const html = await response.text();
  const ms = performance.now() - began;
  const events = await eventsOf(of, before);
  return Response.json({
    ms,
    status: response.status,
    nextCache: response.headers.get("x-nextjs-cache"),
    cacheControl: response.headers.get("cache-control"),
    stamp: stampIn(html),
    lookup: events.find(({ type, kind }) => ["hit", "stale", "miss", "degraded"].includes(type) && kind !== "FETCH"),
  });
}

/**
 * The stamp that every exhibit carries in its markup; see components/stamp.jsx.
 *
 * @param {string} html
 */
function stampIn(html) {
  const attribute = (name) => new RegExp(`data-${name}="([^"]*)"`).exec(html)?.[1];
  return {
    text: attribute("text")?.replaceAll("&#x27;", "'"),
    renderedBy: attribute("rendered-by"),
    renderedAt: Number(attribute("rendered-at")),
    writtenAt: Number(attribute("written-at")),
  };
}
