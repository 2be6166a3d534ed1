import { createClient } from "redis";
import { parsed, serialized, tagsOf } from "./plain-handler.mjs";

/** As the handlers for Redis do: the value, and then the times of its tags. */
export async function redis(url) {
  const client = await createClient({ url }).connect();
  return {
    async get(key) {
      const entry = parsed(await client.get(key));
      const times = await client.hmGet("tags", entry.tags);
      return times.some((time) => Number(time) > entry.lastModified) ? null : entry;
    },
    async set(key, value) {
      await Promise.all([client.set(key, serialized(value)), client.hSet("entries", key, tagsOf(value).join(","))]);
    },
  };
}
