// The wasm instance of one cache. One that trapped, or has grown too large, is replaced: the calls in flight fail, and
// the next one works.

import { instantiate } from "../pkg/core.mjs";
import runtime from "#runtime";
import { compileCore } from "./core.mjs";

/** @typedef {import("../pkg/core-bindings.js").Core} Core */
/** @typedef {Pick<import("./operations.mjs").Operation, "consumed">} Meter told what a call consumes; without one, the core's own is */
/** @typedef {{ key: string, build?: string, kind?: string, [more: string]: unknown }} Request what it has more is checked where it is made */

/**
 * @typedef {object} Instance
 * @property {Core} core
 * @property {WebAssembly.Memory} memory
 * @property {Set<Call>} inFlight the calls that wait for it
 * @property {boolean} isDead whether it trapped
 * @property {number} number the how manieth it is
 */

/** Wasm memory never shrinks: above this an instance with nothing in flight or under way makes room for a fresh one, bytes. */
const MAX_MEMORY_BYTES = 160 * 1024 * 1024;

/** Whom the core answers to where it does not at once. A promise is made only for who waits. */
export class Call {
  /** @type {(answer: unknown) => void} */
  resolve = nobodyWaits;
  /** @type {(error: unknown) => void} */
  reject = nobodyWaits;

  answered() {
    return new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
  }
}

function nobodyWaits() {}

/** The core's methods (see `pkg/core-bindings.d.ts`), in an instance that is alive. */
export class CoreInstance {
  /** @type {(exports: ReturnType<typeof instantiate>) => Core} */
  #construct;
  /** @type {(error: unknown) => void} */
  #onTrap;
  /** @type {(core: Core) => import("./host.mjs").Host | undefined} */
  #hostOf;
  /** @type {Instance | undefined} */
  #instance;
  #started = 0;
  /**
   * Where requests must not meet: how the breaker stood after the last call. It is numbers, which may.
   *
   * @type {Float64Array}
   */
  #breaker = new Float64Array();

  /**
   * @param {(exports: ReturnType<typeof instantiate>) => Core} construct
   * @param {(error: unknown) => void} onTrap told of each trap, after the instance was given up
   * @param {(core: Core) => import("./host.mjs").Host | undefined} [hostOf] what a core was constructed with
   */
  constructor(construct, onTrap, hostOf = () => undefined) {
    this.#construct = construct;
    this.#onTrap = onTrap;
    this.#hostOf = hostOf;
  }

  /** @param {Request} request @param {Meter} [meter] */
  get(request, meter) {
    return this.#call((core, call) => core.get(call, named(request), meter));
  }

  /** @param {Request} request @param {Meter} [meter] */
  set(request, meter) {
    return this.#call((core, call) => core.set(call, named(request), meter));
  }

  /** @param {string[]} tags @param {number} builtAtMs @param {number} version @param {Meter} [meter] */
  judgeBuilt(tags, builtAtMs, version, meter) {
    return this.#call((core, call) => core.judgeBuilt(call, tags, builtAtMs, version, meter));
  }

  /** @param {string[]} tags @param {boolean} soft @param {number} [expire] @param {Meter} [meter] */
  revalidateTags(tags, soft, expire, meter) {
    return this.#call((core, call) => core.revalidateTags(call, tags, soft, expire, meter));
  }

  refresh() {
    return this.#call((core, call) => core.refresh(call));
  }

  /** @param {string[]} tags */
  expiration(tags) {
    return this.#call((core, call) => core.expiration(call, tags));
  }

  /** @param {number} nowMs @param {number} monotonicMs */
  versionAt(nowMs, monotonicMs) {
    return this.#enter((this.#instance ??= this.#start()), (core) => core.versionAt(nowMs, monotonicMs));
  }

  /**
   * Whether a revalidation of one of the tags, or of any with the prefix, lies between two log versions, as far as this process has
   * seen: after `since`, and not after `until`.
   *
   * @param {string[]} tags @param {string} prefix @param {number} since @param {number} until
   */
  revalidated(tags, prefix, since, until) {
    return this.#enter((this.#instance ??= this.#start()), (core) => core.revalidated(tags, prefix, since, until));
  }

  /** Bytes and entries that are kept; none before the first call. */
  memorySize() {
    return this.#instance ? this.#enter(this.#instance, (core) => core.memorySize()) : [];
  }

  /** @param {string} tag */
  tagName(tag) {
    return this.#enter((this.#instance ??= this.#start()), (core) => core.tagName(tag));
  }

  /**
   * Calls a method that answers at once, or tells the call later. It fails also when the instance traps meanwhile.
   *
   * @param {(core: Core, call: Call) => any} method
   * @returns {Promise<any>}
   */
  async #call(method) {
    const instance = this.#take();
    const call = new Call();
    instance.inFlight.add(call);
    this.#hostOf(instance.core)?.setAwaited(true);
    try {
      return this.#enter(instance, (core) => method(core, call)) ?? (await call.answered());
    } finally {
      instance.inFlight.delete(call);
      this.#giveBack(instance);
    }
  }

  /** The instance for a call. Where requests must not meet, it is for this call alone, and nothing in it is under way. */
  #take() {
    if (!runtime.isolatesRequests) {
      return (this.#instance ??= this.#start());
    }
    const idle = this.#instance;
    this.#instance = undefined;
    const instance = idle && this.#hostOf(idle.core)?.isQuiet() ? idle : this.#start();
    const [failures = 0, untilMs = 0, waitMs = 0] = this.#breaker;
    this.#enter(instance, (core) => core.resumeBreaker(failures, untilMs, waitMs));
    return instance;
  }

  /**
   * @template T
   * @param {Instance} instance
   * @param {(core: Core) => T} method
   * @returns {T}
   */
  #enter(instance, method) {
    try {
      return method(instance.core);
    } catch (error) {
      // What the core throws on purpose is no trap, and leaves it as it was.
      if (error instanceof WebAssembly.RuntimeError || error instanceof RangeError) {
        this.#giveUp(instance, error);
      }
      throw error;
    }
  }

  /** @returns {Instance} */
  #start() {
    const instance = /** @type {Instance} */ ({ inFlight: new Set(), isDead: false, number: ++this.#started });
    const exports = instantiate(compileCore(), (error) => this.#giveUp(instance, error));
    instance.memory = exports.memory;
    instance.core = this.#construct(exports);
    return instance;
  }

  /**
   * @param {Instance} instance
   * @param {unknown} error
   */
  #giveUp(instance, error) {
    if (instance.isDead) {
      return;
    }
    instance.isDead = true;
    if (this.#instance === instance) {
      this.#instance = undefined;
    }
    this.#onTrap(error);
    for (const call of instance.inFlight) {
      call.reject(error);
    }
  }

  /** @param {Instance} instance */
  #giveBack(instance) {
    if (instance.inFlight.size > 0) {
      return;
    }
    this.#hostOf(instance.core)?.setAwaited(false);
    if (runtime.isolatesRequests && !instance.isDead) {
      this.#breaker = this.#enter(instance, (core) => core.breaker());
      // The older one has more in its memory.
      if (!this.#instance || this.#instance.number > instance.number) {
        this.#instance = instance;
      }
    }
    const isLarge = instance.memory.buffer.byteLength > MAX_MEMORY_BYTES;
    // What goes on in it behind the calls may hold here and nowhere else: a revalidation that is still to be confirmed.
    if (isLarge && this.#instance === instance && this.#hostOf(instance.core)?.isQuiet() !== false) {
      this.#instance = undefined;
    }
  }
}

/**
 * Refuses names that are no strings. Where the core's glue does, the exception crosses frames of the core, whose stack is then
 * never given back: after some ten thousand of them it runs into its data.
 *
 * @param {Request} request
 */
function named(request) {
  const { key, build, kind } = request;
  if (typeof key !== "string" || typeof (build ?? "") !== "string" || typeof (kind ?? "") !== "string") {
    const [name, given] = Object.entries({ key, build: build ?? "", kind: kind ?? "" }).find(([, value]) => typeof value !== "string") ?? [];
    throw new TypeError(`the ${name} of an entry is to be a string, not of type ${typeof given}`);
  }
  return request;
}
