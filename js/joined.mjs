// What a render may have taken from another request. Since 16.3 Next gives what one request is fetching or rendering of 'use cache' to each
// that asks for it meanwhile, and asks no handler. What such a request then stores has begun later, and holds what was read
// before: it must not count as newer than that. So it is with what a request has from itself: Next keeps what a handler of ours has given,
// and what it has joined, for the rest of the request.

import { LatestKeys } from "./latest-keys.mjs";
import { nextWorkStorage } from "./next-internals.mjs";

/** A version that no log has: logs begin later than in the first millisecond of 1970. */
const OF_A_LOST_LOG = 1;
/** For how long a read or a render is remembered, milliseconds: no request takes longer. */
const KEPT_MS = 300_000;

/** For so long after a get has answered, its request may still hand the answer to those that join it, milliseconds. */
const HANDED_ON_MS = 100;

/** Keys that are remembered: what a server reads of 'use cache' while its longest requests last. */
const MAX_KEYS = 10_000;

/** Of one key, those that revalidations of its tags lie between. */
const MAX_KEPT = 8;

// Taken when the module loads: Next replaces the global one while it prerenders, to see whether a page reads it.
const monotonic = performance.now.bind(performance);

/** @typedef {{ tags: string[], revision: number }} Held */
/** @typedef {Held & { endedAt: number, outdatedAt: number }} Ended when it ended last, and when it ended last with one of its tags revalidated */
/**
 * @typedef {object} NextRequest what Next has of a request, from 16.3 on
 * @property {Map<string, unknown>} [pendingCacheInvocations]
 * @property {Map<string, unknown>} [completedCacheInvocations]
 * @property {number} [requestStartTime] by `performance.timeOrigin` and `performance.now()`
 */

/**
 * @typedef {object} Known what is known of a request under way
 * @property {Map<string, Held | undefined>} asked what it has asked for, by its key, and what it was given: Next keeps that for the rest of it
 * @property {Set<string>} own Next's names of what it has asked for
 * @property {number} since when it began, or was seen first
 */

/** @type {WeakMap<object, Known>} */
const requests = new WeakMap();

/**
 * What Next has for the request in whose context this is called.
 *
 * @typedef {ReturnType<typeof heldByRequest>} HeldByRequest
 */
export function heldByRequest() {
  const request = /** @type {NextRequest | undefined} */ (nextWorkStorage()?.getStore());
  const known = (request && requests.get(request)) ?? { asked: new Map(), own: new Set(), since: beginOf(request) };
  /**
   * @param {string} key
   * @param {Held | undefined} held
   */
  const note = (key, held) => {
    if (request && keepsResults(request)) {
      requests.set(request, known);
      known.asked.set(key, held);
    }
  };
  return {
    /** It reads or renders this itself. @param {string} key */
    ask: (key) => note(key, known.asked.get(key)),
    give: note,

    /** @returns {Held[]} */
    given: () => [...known.asked.values()].filter((held) => held !== undefined),

    /** When what it has from other requests ended, at the earliest. */
    joinedSince: known.since - HANDED_ON_MS,

    /** The names of what it has from other requests. Next's own keys lack what ours may end with, the root parameters. */
    joined() {
      const names = [request?.pendingCacheInvocations, request?.completedCacheInvocations].flatMap((map) => [...(map?.keys() ?? [])]);
      const asked = [...known.asked.keys()];
      return names.filter((name) => {
        if (!known.own.has(name) && asked.some((key) => key.startsWith(name))) {
          known.own.add(name);
        }
        return !known.own.has(name);
      });
    },
  };
}

/** @param {NextRequest | undefined} request */
function beginOf(request) {
  const startTime = request?.requestStartTime;
  return startTime === undefined ? monotonic() : startTime - performance.timeOrigin;
}

/**
 * Before 16.3 Next asks the handler each time: what a request was given long ago says nothing of what it stores.
 *
 * @param {NextRequest} request
 */
function keepsResults({ completedCacheInvocations }) {
  return completedCacheInvocations !== undefined;
}

/**
 * All moments are those of `performance.now()`.
 *
 * @param {{
 *   newestVersion: () => number,
 *   revalidated: (tags: string[], since: number, until: number) => boolean,
 * }} log as this process has seen it; `revalidated` tells whether one of the tags was between two versions, or any path
 */
export function createJoined({ newestVersion, revalidated }) {
  /** @type {LatestKeys<Ended[]>} the oldest first */
  const kept = new LatestKeys(MAX_KEYS);

  /** Whether what had seen a version may not be served any more: its tags were revalidated since, or its log is lost. */
  const isOutdated = (/** @type {string[]} */ tags, /** @type {number} */ revision) => {
    const newest = newestVersion();
    return newest < revision || (revision < newest && revalidated(tags, revision, newest));
  };

  return {
    /**
     * A read or a render has ended, and no request that has not asked for it by now can join it any more.
     *
     * @param {string} key
     * @param {string[]} tags
     * @param {number} revision the log version that it had seen
     */
    end(key, tags, revision) {
      const endedAt = monotonic();
      const ended = { tags, revision, endedAt, outdatedAt: isOutdated(tags, revision) ? endedAt : -Infinity };
      const before = (kept.get(key) ?? []).filter((other) => endedAt - other.endedAt < KEPT_MS);
      const alike = before.find((other) => areAlike(other, ended, revalidated));
      const others = before.filter((other) => other !== alike);
      kept.set(key, fewer([...others, alike ? latestOf(alike, ended) : ended]));
    },

    /**
     * The oldest log version that anything in a render has seen. It carries the tags of what it has joined.
     *
     * @param {string[]} tags
     * @param {number} beganAt
     * @param {number} revision what the render itself has seen
     * @param {HeldByRequest} held
     */
    revisionOf(tags, beganAt, revision, held) {
      const own = new Set(tags);
      const names = held.joined();
      let oldest = revision;
      // A log was lost, and the render began while there was none: to have seen none of the next says nothing of what it took before.
      const isOfAnother = (/** @type {Held} */ of) => revision === 0 && of.revision > 0 && isOutdated(of.tags, of.revision);
      const isOlder = (/** @type {Held} */ of) => of.revision < oldest && revalidated(of.tags, of.revision, revision);
      /** @param {Held} of */
      const take = (of) => {
        if (!of.tags.every((tag) => own.has(tag))) {
          return;
        }
        if (isOfAnother(of)) {
          oldest = OF_A_LOST_LOG;
        } else if (isOlder(of)) {
          oldest = of.revision;
        }
      };
      held.given().forEach(take);
      for (const [key, all] of kept.entries()) {
        for (const ended of all) {
          // What it joined ended after it began. What its request has joined may have ended long before.
          const isJoined = () => ended.endedAt >= held.joinedSince && names.some((name) => key.startsWith(name));
          if ((ended.revision < oldest || revision === 0) && (ended.outdatedAt >= beganAt || isJoined())) {
            take(ended);
          }
        }
      }
      return oldest;
    },
  };
}

/**
 * Whether two reads have seen the same, as far as their tags go.
 *
 * @param {Ended} one
 * @param {Ended} other
 * @param {(tags: string[], since: number, until: number) => boolean} revalidated
 */
function areAlike(one, other, revalidated) {
  const [older, newer] = one.revision < other.revision ? [one, other] : [other, one];
  const haveSameTags = older.tags.length === newer.tags.length && older.tags.every((tag, index) => tag === newer.tags[index]);
  return haveSameTags && (older.revision === newer.revision || !revalidated(older.tags, older.revision, newer.revision));
}

/** @param {Ended} one @param {Ended} other alike */
function latestOf(one, other) {
  return {
    tags: one.tags,
    revision: Math.max(one.revision, other.revision),
    endedAt: Math.max(one.endedAt, other.endedAt),
    outdatedAt: Math.max(one.outdatedAt, other.outdatedAt),
  };
}

/**
 * Where there are too many, the two oldest become one: as old as the older, and as long ago as the newer.
 *
 * @param {Ended[]} all
 */
function fewer(all) {
  if (all.length <= MAX_KEPT) {
    return all;
  }
  const [first, second, ...rest] = /** @type {[Ended, Ended, ...Ended[]]} */ ([...all].sort((a, b) => a.revision - b.revision));
  return [{ ...latestOf(first, second), revision: first.revision }, ...rest];
}
