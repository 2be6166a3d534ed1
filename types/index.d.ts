/**
 * A Next.js cache handler that keeps ISR pages, cached fetches and tag revalidation in one DynamoDB table.
 *
 * @see https://nextjs.org/docs/app/api-reference/config/next-config-js/incrementalCacheHandlerPath
 */
export class DynamoDBCacheHandler {
  /** The handler class with these options; every instance of it, in every request, shares one cache. */
  static configure(options?: DynamoDBCacheOptions): typeof DynamoDBCacheHandler;

  /** What this process has done with these options so far; what `createUseCacheHandler` did with the same ones counts, too. */
  static stats(): CacheStats;

  /** What Next hands to the handler it constructs, two or three times a request. */
  constructor(context?: CacheHandlerContext);

  /** Looks an entry up; never throws, and answers `null` (a miss) when it cannot be had in time. */
  get(key: string, ctx?: GetContext): Promise<CacheHandlerValue | null>;

  /** Stores an entry; never throws. `null` is a value: a cached notFound. */
  set(key: string, data: CacheValue | null, ctx?: SetContext): Promise<void>;

  /** Revalidates tags: at once, or with `durations` stale now and expired after `expire` seconds. */
  revalidateTag(tags: string | string[], durations?: { expire?: number }): Promise<void>;

  /** Next calls it at the start of a request; nothing is kept per request here. */
  resetRequestCache(): void;

  /** The class's `stats()`. */
  stats(): CacheStats;
}

export interface DynamoDBCacheOptions {
  /** The table. Default: `NEXT_CACHE_DYNAMODB_TABLE`, else `nextjs-cache`. */
  tableName?: string;
  /**
   * The AWS region. Default: `NEXT_CACHE_AWS_REGION`, `AWS_REGION`, `AWS_DEFAULT_REGION`, the profile's, on EC2 the
   * instance's, else `eu-central-1`.
   */
  region?: string;
  /** Static keys, or an async function that gives them (the AWS SDK's provider shape). Default: AWS's chain. */
  credentials?: AwsCredentials | (() => Promise<AwsCredentials> | AwsCredentials);
  /** The GSI that a revalidation sweeps. Default: `tag-index`. */
  tagIndexName?: string;
  /** Row lifetime in seconds when Next gives none. Default: 604800, seven days. */
  defaultTtlSeconds?: number;
  /** What every row key starts with, for several apps in one table. Default: "". */
  keyPrefix?: string;
  /** `true` (console), `false`, or a logger. Default: `true`. */
  log?: boolean | Logger;
  /**
   * A local emulator or a VPC endpoint. Default: `AWS_ENDPOINT_URL_DYNAMODB`, `AWS_ENDPOINT_URL`, the profile's, else
   * AWS's.
   */
  endpoint?: string;
  /**
   * Accepts `http://` to another machine than this one: everyone on the way can read the rows, so only for an emulator
   * or a proxy in a network of your own. Default: whether `NEXT_CACHE_ALLOW_INSECURE_ENDPOINT` is `1` or `true`.
   */
  allowInsecureEndpoint?: boolean;
  /** What scopes pages and routes to a build; `false` shares them between builds. Default: `auto`, Next's BUILD_ID. */
  buildId?: string | false;
  /** Total budget of one get, retries included, in milliseconds. Default: 300. */
  readTimeoutMs?: number;
  /** Total budget of one set or revalidateTag, retries included, in milliseconds. Default: 2000. */
  writeTimeoutMs?: number;
  /** The budget of a get while the process has no connection yet, in milliseconds. Default: 1500. */
  coldTimeoutMs?: number;
  /** Which tags get index rows; correctness never depends on it, cost does. Default: `all`. */
  tagIndex?: "all" | "explicit" | "off";
  /** Any fetch-shaped function. Default: the runtime's best. */
  fetch?: FetchLike;
  /** Bytes of entries kept in this process, each checked against the log before it is served. Default: 33554432; 0 keeps none. */
  memoryMaxBytes?: number;
  /** How long a read of the revalidation log may be shared, in milliseconds. Default: 0, strict. */
  tagFreshnessMs?: number;
  /**
   * How long one instance may take to render a page, route or image that is due or stale, while the others serve what is there, in
   * milliseconds. Default: 0, every instance that is asked for it renders it.
   */
  renderLeaseMs?: number;
  /** Whether `revalidateTag` rejects when the store has not confirmed it; it is logged in any case. Default: false. */
  throwOnRevalidateError?: boolean;
  /** Called with one plain object per operation. With it, DynamoDB is asked what each request takes. */
  onEvent?: (event: CacheEvent) => void;
}

export interface AwsCredentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
  /** When they end; the function is asked again before. */
  expiration?: Date | number;
}

export interface Logger {
  debug(message: string): void;
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

/** The part of `fetch` that is used. */
export type FetchLike = (
  url: string,
  init: {
    method: string;
    headers: Record<string, string>;
    /** Never in shared memory, which the web's own `fetch` does not accept. Absent where there is none. */
    body?: Uint8Array & { readonly buffer: ArrayBuffer };
    signal: AbortSignal;
    redirect: "error";
  },
) => Promise<{
  status: number;
  headers: { forEach(callback: (value: string, name: string) => void): void };
  /** The web's own; where it is, it is read in its place, and no further than the longest answer of DynamoDB's. */
  body?: ReadableStream<Uint8Array> | null;
  arrayBuffer(): Promise<ArrayBuffer>;
}>;

/** What `onEvent` gets. */
export interface CacheEvent {
  type: "hit" | "stale" | "miss" | "set" | "revalidate" | "degraded";
  /** The key that Next uses; absent for a revalidation. */
  key?: string;
  /** What Next calls the value: APP_PAGE, FETCH, … */
  kind?: string;
  /** The tags of a revalidation. */
  tags?: string[];
  /** Where a hit came from: the table, or the build's own output. */
  source?: "table" | "build";
  /**
   * Why it is a miss (`absent`, `revalidated`, `unreadable`, `another kind`), or in any words what went wrong; of a page that is due or
   * stale and that another instance renders: `rendered elsewhere`.
   */
  reason?: string;
  /** How long the operation took, in milliseconds. */
  ms: number;
  /** Bytes of the encoded value. */
  bytes?: number;
  /** Bytes that it takes in the table. */
  storedBytes?: number;
  /** Requests that it sent to DynamoDB, those that failed included; a read that operations share counts to one of them. */
  requests: number;
  /** Capacity units that they took, as DynamoDB says; zero where an answer did not come, or does not say. */
  units: { read: number; write: number };
}

/** What a process has done since it started. */
export interface CacheStats {
  /** Operations, by how they went. */
  operations: Record<CacheEvent["type"], number>;
  /** Misses, by their reason. */
  misses: Record<"absent" | "revalidated" | "unreadable" | "another kind", number>;
  /** Requests to DynamoDB, those that failed and those behind the callers' backs included. */
  requests: number;
  /** Bytes of their bodies, and of the bodies that were answered. */
  bytes: { sent: number; received: number };
  /** Capacity units that they took; only with the option `onEvent`, which has DynamoDB asked for them. */
  units?: { read: number; write: number };
  /** The entries kept in this process. */
  memory: { bytes: number; entries: number };
}

export interface CacheHandlerContext {
  dev?: boolean;
  serverDistDir?: string;
  [name: string]: unknown;
}

export interface GetContext {
  kind?: string;
  kindHint?: string;
  tags?: string[];
  softTags?: string[];
  [name: string]: unknown;
}

export interface SetContext {
  tags?: string[];
  revalidate?: number | false;
  cacheControl?: { revalidate?: number | false; expire?: number };
  isImplicitBuildTimeCache?: boolean;
  [name: string]: unknown;
}

/** A value as Next hands it over: opaque to the cache but for its kind and its tags header. */
export interface CacheValue {
  kind?: string;
  headers?: Record<string, unknown>;
  revalidate?: number | false;
  [name: string]: unknown;
}

export interface CacheHandlerValue {
  lastModified: number;
  value: CacheValue | null;
  /** Honoured by Next from 16.4 on. */
  cacheControl?: { revalidate: number | false; expire: number | undefined };
}
