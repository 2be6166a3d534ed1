// Memory while 10,000 gets are answered, after a collection each time: prints MB at 1,000 and at 10,000.

import { CLIENTS } from "./clients/clients.mjs";
import { pageOf } from "./pages.mjs";

const [name, endpoint] = process.argv.slice(2);
const client = await CLIENTS[name](endpoint);
const control = (path) => fetch(endpoint + path, { method: "POST" });
await control("/record");
await client.set("memory", pageOf(10_000));
await client.get("memory");
await control("/replay");
const used = async (gets) => {
  for (let index = 0; index < gets; index += 1) {
    await client.get("memory");
  }
  // Twice: what a collection finds dead outside of the heap is given back behind it.
  globalThis.gc?.();
  await new Promise((resolve) => setTimeout(resolve, 50));
  globalThis.gc?.();
  const { heapUsed, external, rss } = process.memoryUsage();
  return { heapMb: (heapUsed + external) / 2 ** 20, rssMb: rss / 2 ** 20 };
};
console.log(JSON.stringify({ first: await used(1_000), last: await used(9_000) }));
process.exit();
