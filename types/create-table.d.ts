import type { AwsCredentials, FetchLike, Logger } from "./index.js";

/**
 * Creates the cache's table, or completes one that is there: key `key` (string), index `tag-index` on `tag`, on-demand
 * capacity, TTL on `expiresAt`. Nothing is changed when the table has another key schema; the promise then rejects.
 */
export function createCacheTable(options?: CreateCacheTableOptions): Promise<CreateCacheTableReport>;

export interface CreateCacheTableOptions {
  tableName?: string;
  region?: string;
  credentials?: AwsCredentials | (() => Promise<AwsCredentials> | AwsCredentials);
  endpoint?: string;
  /** Accepts `http://` to another machine than this one, as the handler's option does. */
  allowInsecureEndpoint?: boolean;
  tagIndexName?: string;
  fetch?: FetchLike;
  log?: boolean | Logger;
  /** Called with a line for each thing that is found, done or waited for. */
  onProgress?: (line: string) => void;
}

export interface CreateCacheTableReport {
  tableName: string;
  /** What was found, and what was done. */
  table: "created" | "found";
  index: "created" | "found";
  ttl: "enabled" | "found" | "unsupported";
}
