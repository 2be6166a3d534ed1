// One client in one process: runs every operation and size for a while, and prints what each took. See `rounds.mjs`.

import { CLIENTS } from "./clients/clients.mjs";
import { SIZES, pageOf } from "./pages.mjs";

const { name, endpoint, redisUrl, sizes, operationMs, ways } = JSON.parse(process.argv[2]);
const client = await CLIENTS[name](endpoint, redisUrl);
const source = client.learn ? await CLIENTS["this package"](endpoint) : client;
const pages = new Map(sizes.map((size) => [size, pageOf(SIZES[size])]));
/** Requests at once hit different pages: gets of one page share a request. */
const CROWD_SIZE = "50 KB";
const CROWD = Array.from({ length: 64 }, (_, index) => `page ${index}`);
const dueKey = (size) => `${size}, due`;
const control = (path) => fetch(endpoint + path, { method: "POST" });

const results = [];
await control("/record");
for (const [size, page] of pages) {
  for (const key of [size, ...(size === CROWD_SIZE ? CROWD : [])]) {
    await source.set(key, page, { revalidate: 3_600 });
    await source.get(key);
    await client.learn?.(key);
  }
  await source.set(dueKey(size), page, { revalidate: 1 });
}
await control("/replay");
// Until what is rendered anew below is due, seconds being Next's unit.
await new Promise((resolve) => setTimeout(resolve, 1_100));
for (const [size, page] of pages) {
  for (const way of ways.filter((way) => client[way])) {
    const call = way.startsWith("get") ? () => client[way](size) : await setter(way, size, page);
    await timed(way, size, call, 1, operationMs / 3);
    results.push({ way, size, ...(await timed(way, size, call, 1, operationMs)) });
  }
  if (size === CROWD_SIZE && ways.includes("get")) {
    let next = 0;
    const call = () => client.get(CROWD[next++ % CROWD.length]);
    await timed("get", size, call, CROWD.length, operationMs / 2);
    results.push({ way: "get at 64", size, ...(await timed("get", size, call, CROWD.length, operationMs * 2)) });
  }
}
process.stdout.write(`${JSON.stringify(results)}\n`, () => process.exit());

/** Calls again and again for `durationMs`, `concurrency` at a time. */
async function timed(way, size, call, concurrency, durationMs) {
  const took = [];
  const until = performance.now() + durationMs;
  const cpuBefore = process.cpuUsage();
  const began = performance.now();
  const loop = async () => {
    do {
      const start = performance.now();
      const answer = await call();
      took.push((performance.now() - start) * 1_000);
      if (way.startsWith("get") && !answer) {
        throw new Error(`${name}: ${way} of ${size} was a miss`);
      }
    } while (performance.now() < until);
  };
  await Promise.all(Array.from({ length: concurrency }, loop));
  const { user, system } = process.cpuUsage(cpuBefore);
  const seconds = (performance.now() - began) / 1_000;
  took.sort((a, b) => a - b);
  return { p50Us: took[took.length >> 1], cpuUs: (user + system) / took.length, perSecond: took.length / seconds };
}

/** Sets that answer a get of an entry that was due, as Next's do; as many gets as there can be sets come before, and are not timed. */
async function setter(way, size, page) {
  const key = dueKey(size);
  if (!client.render) {
    return () => client[way](key, page);
  }
  const renders = [];
  const until = performance.now() + 3 * operationMs;
  while (renders.length < 2 * operationMs && performance.now() < until) {
    renders.push(await client.render(key));
  }
  return async () => (renders.pop() ?? (await client.render(key)))(page);
}
