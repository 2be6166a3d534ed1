// This package, from its built form, as Next uses it.

import { DynamoDBCacheHandler } from "../../pkg/node/index.mjs";
import { PLAIN_CREDENTIALS, REGION } from "./settings.mjs";

/** @typedef {{ revalidate?: number }} Lifetime */
/** @typedef {import("../../types/index.d.ts").CacheValue} CacheValue */

/**
 * @param {string} endpoint
 * @param {import("../../types/index.d.ts").DynamoDBCacheOptions} options
 */
export function own(endpoint, options) {
  const Handler = DynamoDBCacheHandler.configure({
    tableName: "bench",
    region: REGION,
    endpoint,
    credentials: PLAIN_CREDENTIALS,
    log: false,
    buildId: false,
    // The machine is busy: a benchmark waits for what production would give up.
    readTimeoutMs: 10_000,
    writeTimeoutMs: 10_000,
    coldTimeoutMs: 10_000,
    ...options,
  });
  // Next makes an instance for each request.
  const ctx = { kind: "APP_PAGE" };
  const handler = {
    /** @param {string} key */
    get: (key) => new Handler().get(key, ctx),
    /**
     * A get that calls for a render, and the set that answers it.
     *
     * @param {string} key
     * @returns {Promise<(value: CacheValue, lifetime?: Lifetime) => Promise<void>>}
     */
    async render(key) {
      const instance = new Handler();
      await instance.get(key, ctx);
      return (value, { revalidate = 3_600 } = {}) =>
        instance.set(key, value, { cacheControl: { revalidate, expire: 86_400 } });
    },
    /** @param {string} key @param {CacheValue} value @param {Lifetime} [lifetime] */
    set: async (key, value, lifetime) => (await handler.render(key))(value, lifetime),
    /** @param {string | string[]} tags */
    revalidateTag: (tags) => new Handler().revalidateTag(tags),
  };
  return handler;
}
