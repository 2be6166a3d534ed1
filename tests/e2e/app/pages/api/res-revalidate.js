/** Renders the page `?path=` anew and stores it. */
export default async function handler(request, response) {
  await response.revalidate(request.query.path);
  response.send("revalidated");
}
