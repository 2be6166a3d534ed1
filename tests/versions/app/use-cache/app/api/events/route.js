import { eventsAfter } from "../../../lib/events.mjs";

/** What this instance's handler did after event `?after=`. */
export function GET(request) {
  return Response.json(eventsAfter(Number(new URL(request.url).searchParams.get("after") ?? 0)));
}
