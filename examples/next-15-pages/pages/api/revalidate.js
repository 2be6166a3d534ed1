// What a CMS calls: POST /api/revalidate?path=/posts/first with the secret. The Pages Router revalidates by rendering at
// once and overwriting; every instance serves the new page from then on.

export default async function handler(request, response) {
  const secret = process.env.REVALIDATE_SECRET;
  if (!secret || request.headers.authorization !== `Bearer ${secret}`) {
    return response.status(401).json({ error: "who are you?" });
  }
  const { path } = request.query;
  if (typeof path !== "string" || !path.startsWith("/")) {
    return response.status(400).json({ error: "name a path: ?path=/posts/first" });
  }
  await response.revalidate(path);
  return response.json({ revalidated: path });
}
