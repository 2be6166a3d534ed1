// The singular `cacheHandler`: Next's words on one side, the core's on the other.

import runtime from "#runtime";
import { fresh, isDue, renderedElsewhere, stale } from "./answers.mjs";
import { isBuilding } from "./build-memory.mjs";
import { buildTimeCache, isClosedPage, readBuildId, readBuildOutput } from "./build-output.mjs";
import { messageOf } from "./complaints.mjs";
import { guarded, revalidate } from "./guarded.mjs";
import { heldByRequest } from "./joined.mjs";
import { resolveOptions } from "./options.mjs";
import { seenByRequest } from "./seen-by-request.mjs";
import { sharedCache } from "./shared.mjs";
import {
  answers,
  isBuildScoped,
  isFetch,
  lifetimeOf,
  requestedKind,
  softTagsOf,
  storedKind,
  strings,
  tagsOf,
  tagsWeighedByNext,
  unfitPage,
} from "./values.mjs";
import { warmUpOnLambda } from "./warm-up.mjs";

/** @typedef {import("../types/index.d.ts").CacheHandlerContext} CacheHandlerContext */
/** @typedef {import("../types/index.d.ts").CacheHandlerValue} CacheHandlerValue */
/** @typedef {import("../types/index.d.ts").CacheValue} CacheValue */
/** @typedef {import("../types/index.d.ts").GetContext} GetContext */
/** @typedef {import("../types/index.d.ts").SetContext} SetContext */
/** @typedef {import("./operations.mjs").Operation} Operation */
/** @typedef {import("./shared.mjs").SharedCache} SharedCache */

/** No render takes longer. */
const MAX_RENDER_MS = 300_000;

/** Gets that one handler instance remembers; Next makes one per request, but keeps some for long. */
const MAX_REMEMBERED = 1_000;

// Taken when the module loads: Next replaces the global ones while it prerenders, to see whether a page reads them.
const now = Date.now;
const monotonic = performance.now.bind(performance);

/** @type {import("./options.mjs").Options | undefined} */
let environmentOptions;

/** @implements {InstanceType<typeof import("../types/index.d.ts").DynamoDBCacheHandler>} */
export class DynamoDBCacheHandler {
  /**
   * @param {import("../types/index.d.ts").DynamoDBCacheOptions} [given]
   * @returns {typeof DynamoDBCacheHandler}
   */
  static configure(given = {}) {
    const options = resolveOptions(given, runtime.env);
    warmUpOnLambda(() => options);
    return class extends DynamoDBCacheHandler {
      static get options() {
        return options;
      }
    };
  }

  /** The options of this class; of the unconfigured one, those that the environment gives. */
  static get options() {
    return (environmentOptions ??= resolveOptions({}, runtime.env));
  }

  /** What this process has done so far. */
  static stats() {
    return sharedCache(this.options).stats();
  }

  /** @type {CacheHandlerContext} */
  #context;
  /** What each get of this instance had seen of the log (the revision of the set that answers it), and called for. */
  /** @type {Map<string, { version: number, callsForRender: boolean, at: number }>} */
  #asked = new Map();
  /** When this instance was made: what it stores without having asked for it was rendered after that. */
  #since = { nowMs: now(), monotonicMs: monotonic() };

  /** @param {CacheHandlerContext} [context] */
  constructor(context = {}) {
    this.#context = context;
  }

  /**
   * @param {string} key
   * @param {GetContext} [ctx]
   * @returns {Promise<CacheHandlerValue | null>}
   */
  async get(key, ctx = {}) {
    if (isBuilding()) {
      return (await buildTimeCache(this.#context)?.get(key, ctx)) ?? null;
    }
    const seen = isFetch(requestedKind(ctx)) ? seenByRequest() : undefined;
    return await guarded(this.#options, "get", null, (cache) => this.#get(cache, key, ctx, seen));
  }

  /**
   * @param {string} key
   * @param {CacheValue | null} data
   * @param {SetContext} [ctx]
   * @returns {Promise<void>}
   */
  async set(key, data, ctx = {}) {
    if (isBuilding()) {
      await buildTimeCache(this.#context)?.set(key, data, ctx);
      return;
    }
    // Cached only to be read again within one build.
    if (!ctx.isImplicitBuildTimeCache) {
      const known = { held: heldByRequest(), seen: seenByRequest() };
      await guarded(this.#options, "set", undefined, (cache) => this.#set(cache, key, data ?? null, ctx, known));
    }
  }

  /**
   * @param {string | string[]} tags
   * @param {{ expire?: number }} [durations]
   * @returns {Promise<void>}
   */
  async revalidateTag(tags, durations) {
    const wanted = strings(tags);
    if (wanted.length > 0 && !isBuilding()) {
      await revalidate(this.#options, wanted, durations);
    }
  }

  resetRequestCache() {}

  stats() {
    return sharedCache(this.#options).stats();
  }

  /**
   * @param {SharedCache} cache
   * @param {string} key
   * @param {GetContext} ctx
   * @param {import("./seen-by-request.mjs").SeenByRequest} [seen]
   * @returns {Promise<CacheHandlerValue | null>}
   */
  async #get(cache, key, ctx, seen) {
    const kind = requestedKind(ctx);
    const operation = cache.begin(key, kind);
    const build = await this.#build(cache, kind);
    const request = { key, build, tags: strings(ctx.tags), softTags: softTagsOf(key, ctx) };
    const at = monotonic();
    const found = await cache.core.get(request, operation.meter);
    seen?.note(found.version);
    this.#remember(key, found, at);
    if (found.status === "miss") {
      return this.#miss(cache, key, ctx, found, operation);
    }
    if (!answers(kind, found.kind)) {
      cache.logger.warn(`the entry ${key} is of kind ${found.kind}, not ${kind}: it is rendered again`);
      operation.end("miss", "another kind");
      return null;
    }
    const isStale = found.status === "stale";
    const value = copyOf(found.value);
    const entry = { lastModified: found.lastModified, value, ...cacheControlOf(found) };
    const judged = { key, entry, tags: tagsWeighedByNext(value, ctx) };
    if (isLeftToAnother(cache, found, entry)) {
      operation.end(isStale ? "stale" : "hit", "rendered elsewhere", found, "table");
      return renderedElsewhere(judged);
    }
    operation.end(isStale ? "stale" : "hit", undefined, found, "table");
    return isStale ? stale(judged, revalidatedIn(cache, found)) : fresh(judged);
  }

  /**
   * @param {SharedCache} cache
   * @param {string} key
   * @param {GetContext} ctx
   * @param {{ reason: string, detail: string, version: number }} found
   * @param {Operation} operation
   * @returns {Promise<CacheHandlerValue | null>}
   */
  async #miss(cache, key, ctx, found, operation) {
    if (found.reason === "unavailable") {
      const line = `the table ${cache.options.tableName} did not give ${key}: ${found.detail}`;
      cache.complain("warn", "get", line, "Pages are rendered without the cache meanwhile.");
      operation.end("degraded", found.detail);
      return this.#insteadOf404(key, ctx);
    }
    // What was stored is newer than the build's, also where it cannot be read.
    if (found.reason === "absent" && !isFetch(requestedKind(ctx))) {
      const built = await readBuildOutput(this.#context, key, ctx);
      if (built) {
        return this.#fromBuild(cache, key, built, ctx, found, operation);
      }
    }
    operation.end("miss", found.reason);
    return this.#insteadOf404(key, ctx);
  }

  /**
   * Of a page that Next answers a miss of with 404, what the build made of it, as stale: it is served once more, and rendered
   * behind that. One of its tags is enough for Next to take it for stale.
   *
   * @param {string} key
   * @param {GetContext} ctx
   * @returns {Promise<CacheHandlerValue | null>}
   */
  async #insteadOf404(key, ctx) {
    if (isFetch(requestedKind(ctx)) || !(await isClosedPage(this.#context, key))) {
      return null;
    }
    const built = await readBuildOutput(this.#context, key, ctx);
    const tags = built ? tagsWeighedByNext(built.value, ctx) : [];
    return built && stale({ key, entry: built, tags }, (tag) => tag === tags.at(-1));
  }

  /**
   * Build output has no revision: it is judged by when it was written.
   *
   * @param {SharedCache} cache
   * @param {string} key
   * @param {CacheHandlerValue} built
   * @param {GetContext} ctx
   * @param {{ version: number }} found
   * @param {Operation} operation
   * @returns {Promise<CacheHandlerValue | null>}
   */
  async #fromBuild(cache, key, built, ctx, found, operation) {
    const tags = [...tagsOf(built.value, ctx), ...softTagsOf(key, ctx)];
    const judgement = await cache.core.judgeBuilt(tags, built.lastModified, found.version, operation.meter);
    const { status, reason, detail, revalidatedTags } = judgement;
    if (status === "miss") {
      const isDegraded = reason === "unavailable";
      operation.end(isDegraded ? "degraded" : "miss", isDegraded ? detail : reason);
      return this.#insteadOf404(key, ctx);
    }
    const isStale = status === "stale";
    operation.end(isStale ? "stale" : "hit", undefined, { kind: storedKind(built.value) }, "build");
    const judged = { key, entry: built, tags: tagsWeighedByNext(built.value, ctx) };
    return isStale ? stale(judged, revalidatedIn(cache, { revalidatedTags })) : fresh(judged);
  }

  /**
   * @param {SharedCache} cache
   * @param {string} key
   * @param {CacheValue | null} data
   * @param {SetContext} ctx
   * @param {{ held: import("./joined.mjs").HeldByRequest, seen: import("./seen-by-request.mjs").SeenByRequest }} known of its request
   */
  async #set(cache, key, data, ctx, { held, seen }) {
    const kind = storedKind(data);
    const unfit = unfitPage(data);
    if (unfit) {
      cache.logger.debug(`${key} is not stored: ${unfit}`);
      return;
    }
    const operation = cache.begin(key, kind);
    const { revalidate, expire } = lifetimeOf(data, ctx);
    const build = await this.#build(cache, kind);
    const asked = this.#asked.get(key);
    const tags = tagsOf(data, ctx);
    const seenAtMost = (/** @type {number} */ version) =>
      cache.joined.revisionOf(tags, asked?.at ?? this.#since.monotonicMs, isFetch(kind) ? seen.atMost(version) : version, held);
    const request = {
      key,
      build,
      kind,
      value: data,
      tags,
      revalidate,
      expire,
      lastModified: Date.now(),
      // Next skips the get of a fetch in on-demand revalidation. What the log says at the set is too new for that.
      revision: asked && seenAtMost(asked.version),
      beganAt: asked ? undefined : seenAtMost(this.#versionAtBegin(cache)),
      // A set that no get of a miss called for replaces a good entry: on-demand revalidation.
      overwrites: !asked?.callsForRender,
    };
    this.#asked.delete(key);
    try {
      operation.end("set", undefined, await cache.core.set(request, operation.meter));
    } catch (error) {
      const reason = messageOf(error);
      const line = `the table ${cache.options.tableName} did not take ${key}: ${reason}`;
      cache.complain("error", "set", line, "It will be rendered again.");
      operation.end("degraded", reason);
    }
  }

  /**
   * What this process had seen of the log when a request began that stores what it has not asked for. An instance may serve more
   * than one, for as long as the process lives.
   *
   * @param {SharedCache} cache
   */
  #versionAtBegin({ core }) {
    const { nowMs, monotonicMs } = this.#since;
    return core.versionAt(Math.max(nowMs, now() - MAX_RENDER_MS), Math.max(monotonicMs, monotonic() - MAX_RENDER_MS));
  }

  /** @returns {import("./options.mjs").Options} */
  get #options() {
    return /** @type {typeof DynamoDBCacheHandler} */ (this.constructor).options;
  }

  /**
   * @param {SharedCache} cache
   * @param {string | undefined} kind
   * @returns {Promise<string | undefined>}
   */
  async #build({ options }, kind) {
    if (options.buildId === false || !isBuildScoped(kind)) {
      return undefined;
    }
    return options.buildId === "auto" ? ((await readBuildId(this.#context)) ?? undefined) : options.buildId;
  }

  /**
   * @param {string} key
   * @param {{ version: number, callsForRender: boolean }} found
   * @param {number} at when it was asked for
   */
  #remember(key, { version, callsForRender }, at) {
    const before = this.#asked.get(key);
    if (before?.callsForRender) {
      // The render that it called for is not stored yet. Too old a revision costs a render, too new a one is wrong.
      return;
    }
    this.#asked.delete(key);
    this.#asked.set(key, { version, callsForRender, at });
    if (this.#asked.size > MAX_REMEMBERED) {
      const [oldest] = this.#asked.keys();
      this.#asked.delete(/** @type {string} */ (oldest));
    }
  }
}

/**
 * @param {SharedCache} cache
 * @param {{ revalidatedTags: string[] }} judged as the core names them
 * @returns {(tag: string) => boolean}
 */
function revalidatedIn(cache, { revalidatedTags }) {
  const revalidated = new Set(revalidatedTags);
  return (tag) => revalidated.has(cache.core.tagName(tag));
}

/**
 * Whether it is due or stale, and the core calls for no render all the same: another instance has the lease of it.
 *
 * @param {SharedCache} cache
 * @param {{ status: string, callsForRender: boolean }} found
 * @param {CacheHandlerValue} entry
 */
function isLeftToAnother({ options }, { status, callsForRender }, { lastModified, cacheControl }) {
  const isOver = () => status === "stale" || (cacheControl !== undefined && isDue(lastModified, cacheControl));
  return options.renderLeaseMs > 0 && !callsForRender && isOver();
}

/**
 * An entry in memory is given to many: what Next may write to is copied, bodies are not.
 *
 * @param {CacheValue | null} value
 * @returns {CacheValue | null}
 */
function copyOf(value) {
  if (value === null || typeof value !== "object") {
    return value;
  }
  return value.headers ? { ...value, headers: { ...value.headers } } : { ...value };
}

/** @param {{ revalidate?: number | false, expire?: number }} found */
function cacheControlOf({ revalidate, expire }) {
  return revalidate === undefined ? {} : { cacheControl: { revalidate, expire } };
}
