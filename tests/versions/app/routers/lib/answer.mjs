/**
 * What a client's method gives: the request has `[method, ...arguments]` in its body.
 *
 * @param {import("nextjs-dynamodb-cache/client").CacheClient} cache
 * @param {Request} request
 */
export async function answer(cache, request) {
  const [method, ...args] = await request.json();
  return Response.json({ gave: (await cache[method](...args)) ?? null });
}

/** How patient a client is with the store, the tests say. */
export const timeouts = JSON.parse(process.env.E2E_TIMEOUTS ?? "{}");
