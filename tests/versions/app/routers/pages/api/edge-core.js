import Handler from "../../cache-handler.mjs";

export const config = { runtime: "edge" };

/** The cache itself on the edge runtime: what is stored under a key, and stores something where nothing is. */
export default async function handler() {
  const key = "edge-core";
  const cache = new Handler();
  const found = await cache.get(key, { kind: "FETCH", tags: [key] });
  if (!found) {
    const data = { headers: {}, body: crypto.randomUUID(), status: 200, url: "" };
    await cache.set(key, { kind: "FETCH", data, revalidate: 300 }, { fetchCache: true, tags: [key] });
  }
  return new Response(found ? found.value.data.body : "nothing");
}
