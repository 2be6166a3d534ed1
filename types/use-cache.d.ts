import type { DynamoDBCacheOptions } from "./index.js";

/**
 * A handler for next.config's `cacheHandlers`, which keep the entries of 'use cache' and 'use cache: remote'. One object
 * serves any of the kinds; revalidations are shared with the singular handler of the same table.
 *
 * @see https://nextjs.org/docs/app/api-reference/config/next-config-js/cacheHandlers
 */
export function createUseCacheHandler(options?: DynamoDBCacheOptions): UseCacheHandler;

/** Next's interface, of all its versions. */
export interface UseCacheHandler {
  /** Looks an entry up; waits for a set of the same key that is under way. Never rejects. */
  get(cacheKey: string, softTags?: string[]): Promise<UseCacheEntry | undefined>;

  /** Stores an entry once its stream has ended; an entry whose stream breaks is discarded. Never rejects. */
  set(cacheKey: string, pendingEntry: Promise<UseCacheEntry>): Promise<void>;

  /** Reads the revalidation log, once for the request that calls it. Never rejects. */
  refreshTags(): Promise<void>;

  /** `Infinity`: soft tags are judged in `get`. Where Next does not pass them there, when they expired last (ms). */
  getExpiration(...tags: (string | string[])[]): Promise<number>;

  /** Revalidates tags: at once, or with `durations` stale now and expired after `expire` seconds. */
  updateTags(tags: string[], durations?: { expire?: number }): Promise<void>;

  /** Next 15.0, 15.2 and later. */
  expireTags(...tags: string[]): Promise<void>;

  /** Next 15.1. */
  unstable_expireTags(...tags: string[]): Promise<void>;

  /** Next 15.0 to 15.2. */
  receiveExpiredTags(...tags: string[]): Promise<void>;
}

/** An entry of 'use cache', as Next has it. */
export interface UseCacheEntry {
  value: ReadableStream<Uint8Array>;
  tags: string[];
  /** Seconds for which a client may use it. */
  stale: number;
  /** When its render began, Unix milliseconds, with a fraction. */
  timestamp: number;
  /** Seconds after which it must not be used. */
  expire: number;
  /** Seconds after which it is rendered again; -1: now, behind it. */
  revalidate: number;
}
