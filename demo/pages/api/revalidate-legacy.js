/** Renders a page of the Pages Router anew on this instance, and stores it. */
export default async function handler(request, response) {
  await response.revalidate("/legacy");
  response.json({ ok: true });
}
