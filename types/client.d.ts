import type { CacheStats, DynamoDBCacheOptions } from "./index.js";

/**
 * The cache without Next: the same table and the same rows, for a webhook, a Worker, a Lambda function or a script. Nothing
 * is read or sent before the first call. Each client has its own memory and its own connections: keep one.
 */
export function createCacheClient(options?: CacheClientOptions): CacheClient;

/** The handler's options; a client's revalidations always reject when the store has not confirmed them. */
export interface CacheClientOptions extends Omit<DynamoDBCacheOptions, "throwOnRevalidateError"> {}

export interface CacheClient {
  /** Looks an entry up. Never rejects: what cannot be had in time is a miss, `null`. */
  get<Value = any>(key: string, options?: ClientGetOptions): Promise<ClientEntry<Value> | null>;

  /** Stores an entry; `false`, with a line in the log, when the store did not take it. Never rejects. */
  set(key: string, value: unknown, options?: ClientSetOptions): Promise<boolean>;

  /**
   * Revalidates tags for every instance: at once, or with `durations` stale now and expired after `expire` seconds.
   * Rejects when the store has not confirmed it: the caller must be told, or try again. With a `TypeError` when one is no string.
   */
  revalidateTag(tags: string | string[], durations?: { expire?: number }): Promise<void>;

  /** Revalidates tags at once, as a server action's `updateTag` does. Rejects when the store has not confirmed it. */
  updateTags(tags: string | string[]): Promise<void>;

  /** What this client has done so far. */
  stats(): CacheClientStats;
}

export interface ClientGetOptions {
  /** Tags that count beside the entry's own. */
  tags?: string[];
  /** Tags of the page that asks: a revalidation of one of them makes the entry a miss, too. */
  softTags?: string[];
  /** The build whose pages are meant. Default: the option `buildId`, else what all builds share. */
  build?: string;
}

export interface ClientSetOptions {
  tags?: string[];
  /** Seconds after which it is stale; `false`: never by time. Default: the value's own `revalidate`. */
  revalidate?: number | false;
  /** Seconds after which it is gone. */
  expire?: number;
  /** What Next calls the value: APP_PAGE, FETCH, … Default: the value's own `kind`, else `OTHER`. */
  kind?: string;
  /** The build that a page belongs to. Default: the option `buildId`, else what all builds share. */
  build?: string;
}

export interface ClientEntry<Value = any> {
  /** To be read only: an entry in memory is given to many. */
  value: Value;
  kind: string;
  /** When it was stored, Unix milliseconds. */
  lastModified: number;
  /** Whether it should be made anew: past its revalidate time, or of a tag that was revalidated softly. */
  isStale: boolean;
  /** Seconds, as it was stored. */
  revalidate?: number | false;
  /** Seconds, as it was stored. */
  expire?: number;
}

export interface CacheClientStats extends CacheStats {}
