// One client in one process: runs every operation and size for a while, and prints what each took. See `rounds.mjs`.

import { CLIENTS } from "./clients/clients.mjs";
import { SIZES, pageOf } from "./pages.mjs";

const { name, endpoint, redisUrl, spans, ways } = JSON.parse(process.argv[2]);
const client = await CLIENTS[name](endpoint, redisUrl);
const source = client.learn ? await CLIENTS["this package"](endpoint) : client;
const pages = new Map(Object.keys(spans).map((size) => [size, pageOf(SIZES[size])]));
/** Requests at once hit different pages: gets of one page share a request. */
const CROWD_SIZE = "50 KB";
const CROWD = Array.from({ length: 64 }, (_, index) => `page ${index}`);
/** The size at which two pages are got in turns: a request that is like the one before, in the same second, may be had for less. */
const TURNS_SIZE = "10 KB";
const other = (size) => `${size}, another`;
/** The size at which entries without their tags are compared. */
const ENTRY_SIZE = "50 KB";
/** How many renders are called for at once, before the sets that answer them. */
const RENDERS = 64;
const dueKey = (size) => `${size}, due`;
const control = (path) => fetch(endpoint + path, { method: "POST" });

const results = [];
await control("/record");
for (const [size, page] of pages) {
  for (const key of [size, ...(size === TURNS_SIZE ? [other(size)] : []), ...(size === CROWD_SIZE ? CROWD : [])]) {
    await source.set(key, page, { revalidate: 3_600 });
    await source.get(key);
    await client.learn?.(key);
  }
  await source.set(dueKey(size), page, { revalidate: 1 });
}
await control("/replay");
if (client.render && ways.includes("set")) {
  // Until what is rendered anew below is due, seconds being Next's unit.
  await new Promise((resolve) => setTimeout(resolve, 1_100));
}
for (const [size, page] of pages) {
  const { warmUpMs, operationMs } = spans[size];
  for (const way of ways.filter((way) => client[way] && (size === ENTRY_SIZE || !way.endsWith("Entry")))) {
    const operation = way.startsWith("get") ? { call: () => client[way](size) } : setOf(way, size, page);
    await timed(way, size, operation, 1, warmUpMs);
    results.push({ way, size, ...(await timed(way, size, operation, 1, operationMs)) });
  }
  if (size === TURNS_SIZE && ways.includes("get in turns")) {
    const turns = [size, other(size)];
    let next = 0;
    const operation = { call: () => client.get(turns[next++ % turns.length]) };
    await timed("get", size, operation, 1, operationMs);
    results.push({ way: "get in turns", size, ...(await timed("get", size, operation, 1, operationMs)) });
  }
  if (size === CROWD_SIZE && ways.includes("get")) {
    let next = 0;
    const operation = { call: () => client.get(CROWD[next++ % CROWD.length]) };
    await timed("get", size, operation, CROWD.length, warmUpMs);
    results.push({ way: "get at 64", size, ...(await timed("get", size, operation, CROWD.length, operationMs * 2)) });
  }
}
process.stdout.write(`${JSON.stringify(results)}\n`, () => process.exit());

/** Calls again and again for `durationMs`, `concurrency` at a time. What `prepare` gets ready for some calls is not timed. */
async function timed(way, size, { call, prepare }, concurrency, durationMs) {
  const took = [];
  let cpuUs = 0;
  let spentMs = 0;
  while (spentMs < durationMs) {
    const prepared = await prepare?.();
    const cpuBefore = process.cpuUsage();
    const began = performance.now();
    const until = began + durationMs - spentMs;
    const loop = async () => {
      do {
        const start = performance.now();
        const answer = await call();
        took.push((performance.now() - start) * 1_000);
        if (way.startsWith("get") && !answer) {
          throw new Error(`${name}: ${way} of ${size} was a miss`);
        }
      } while (performance.now() < until && prepared?.length !== 0);
    };
    await Promise.all(Array.from({ length: concurrency }, loop));
    const { user, system } = process.cpuUsage(cpuBefore);
    cpuUs += user + system;
    spentMs += performance.now() - began;
  }
  took.sort((a, b) => a - b);
  return { p50Us: took[took.length >> 1], cpuUs: cpuUs / took.length, perSecond: (took.length * 1_000) / spentMs };
}

/** Sets that answer a get of an entry that was due, as Next's do; these gets are not timed. */
function setOf(way, size, page) {
  const key = dueKey(size);
  if (!client.render) {
    return { call: () => client[way](key, page) };
  }
  const renders = [];
  return {
    async prepare() {
      while (renders.length < RENDERS) {
        renders.push(await client.render(key));
      }
      return renders;
    },
    call: () => renders.pop()(page),
  };
}
