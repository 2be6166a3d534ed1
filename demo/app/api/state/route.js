import { eventsOf, instances } from "../../../lib/instances.mjs";
import { tableRows } from "../../../lib/table.mjs";

export const dynamic = "force-dynamic";

/** What the page shows beside its visits: the handlers' events, and the table. */
export async function GET() {
  const all = instances();
  const [rows, ...events] = await Promise.all([tableRows(), ...all.map((one) => eventsOf(one, 0))]);
  return Response.json({ rows, events: Object.fromEntries(all.map(({ name }, index) => [name, events[index]])) });
}
