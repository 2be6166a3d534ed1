import { exhibit } from "../../../lib/exhibits.mjs";
import { eventsOf, instance } from "../../../lib/instances.mjs";

export const dynamic = "force-dynamic";

const CONFIRMATION_MS = 3_000;

/** Has an instance revalidate an exhibit, and answers with what its handler reported. */
export async function POST(request) {
  const { instance: name, exhibit: id, how } = await request.json();
  const of = instance(name);
  const page = exhibit(id);
  if (!of || !page) {
    return Response.json({ error: "no such instance or exhibit" }, { status: 404 });
  }
  const before = (await eventsOf(of, 0)).at(-1)?.number ?? 0;
  const route = how === "res.revalidate" ? "/api/revalidate-legacy" : `/api/revalidate-here?exhibit=${id}&how=${how}`;
  const response = await fetch(of.url + route, { method: "POST", cache: "no-store" });
  if (!response.ok) {
    return Response.json({ error: `${of.name} answered ${response.status}` }, { status: 502 });
  }
  const event = await reported(of, before, how === "res.revalidate" ? "set" : "revalidate");
  return Response.json(event ?? { error: `${of.name} has not confirmed it` }, { status: event ? 200 : 504 });
}

/**
 * Next runs the handler's revalidateTag only after the route handler has answered, so its report is waited for.
 *
 * @param {import("../../../lib/instances.mjs").Instance} of
 * @param {number} after the number of the last event before
 * @param {string} type
 */
async function reported(of, after, type) {
  const deadline = performance.now() + CONFIRMATION_MS;
  while (performance.now() < deadline) {
    const event = (await eventsOf(of, after)).find((one) => one.type === type || one.type === "degraded");
    if (event) {
      return event;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
