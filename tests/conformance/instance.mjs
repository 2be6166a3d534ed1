// The tests' side of an instance: Next's calls, made in another process.

import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { getArguments, setArguments, statusOf } from "./words.mjs";

/** @typedef {import("./words.mjs").Entry} Entry */
/** @typedef {import("./words.mjs").Lifetime} Lifetime */
/** @typedef {import("./words.mjs").Next} Next */
/** @typedef {{ status: "fresh" | "stale" | "miss", value?: any, entry?: any }} Answer */

export class Instance {
  #next;
  #handler;
  #child;
  /** @type {Map<number, { resolve: (value: any) => void, reject: (error: Error) => void }>} */
  #waiting = new Map();
  #lastId = 0;
  #output = "";

  /**
   * @param {Next} next
   * @param {import("./worker.mjs").Configuration} configuration
   * @param {Record<string, string>} [env]
   */
  constructor(next, configuration, env = {}) {
    this.#next = next;
    this.#handler = configuration.handler;
    this.#child = fork(join(import.meta.dirname, "worker.mjs"), [JSON.stringify(configuration)], {
      cwd: configuration.folder,
      execArgv: [],
      env: { ...process.env, NODE_ENV: "production", NEXT_RUNTIME: "nodejs", ...env },
      // Keeps Buffers, Maps, undefined and lone surrogates as they are.
      serialization: "advanced",
      stdio: ["ignore", "pipe", "pipe", "ipc"],
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.on("data", (chunk) => (this.#output = (this.#output + chunk).slice(-4_000)));
    }
    this.#child.on("message", (/** @type {any} */ message) => this.#settle(message));
    this.#child.on("exit", (code) => this.#giveUp(`the instance ended with code ${code}\n${this.#output}`));
  }

  /** Resolves once the process answers. */
  ready() {
    return new Promise((resolve, reject) => this.#waiting.set(0, { resolve, reject }));
  }

  /** A request of its own: Next uses one cache for all its gets and sets. */
  request() {
    return new Request(this, ++this.#lastId);
  }

  /**
   * @param {Entry} entry
   * @param {number | null} [request]
   * @returns {Promise<Answer>}
   */
  async get(entry, request = null) {
    const found = await this.call("get", request, ...getArguments(this.#next, entry));
    return { status: statusOf(this.#next, found), value: found?.value, entry: found };
  }

  /**
   * @param {Entry} entry
   * @param {any} value
   * @param {Lifetime} [lifetime]
   * @param {number | null} [request]
   * @returns {Promise<boolean>} whether the value came out of it as it went in
   */
  set(entry, value, lifetime, request = null) {
    return this.call("set", request, ...setArguments(this.#next, entry, value, lifetime));
  }

  /**
   * @param {string | unknown[]} tags
   * @param {{ expire?: number }} [durations]
   */
  revalidateTag(tags, durations) {
    return this.#apart(() => this.call("revalidateTag", null, tags, durations));
  }

  /**
   * Revalidation with durations, which Next 14 and 15 have no call for: the handler is called itself there.
   *
   * @param {string[]} tags
   * @param {{ expire?: number }} durations
   */
  revalidateSoftly(tags, durations) {
    return this.#apart(() => this.call("handler", null, "revalidateTag", tags, durations));
  }

  /** @param {Entry} entry */
  spoil(entry) {
    return this.call("spoil", null, ...getArguments(this.#next, entry));
  }

  /**
   * @param {string} operation
   * @param {unknown[]} args
   * @returns {Promise<any>}
   */
  call(operation, ...args) {
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#child.send({ id, operation, args });
    });
  }

  /** What the process has written, its end. */
  output() {
    return this.#output;
  }

  async stop() {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      const exit = once(this.#child, "exit");
      this.#child.kill("SIGKILL");
      await exit;
    }
  }

  /**
   * Next's own handler compares two clocks that are some milliseconds apart; this package's has to do without the pauses.
   *
   * @template T
   * @param {() => Promise<T>} revalidate
   */
  async #apart(revalidate) {
    const pause = this.#handler === "next" ? 20 : 0;
    await new Promise((resolve) => setTimeout(resolve, pause));
    const result = await revalidate();
    await new Promise((resolve) => setTimeout(resolve, pause));
    return result;
  }

  /** @param {{ ready?: boolean, id?: number, result?: unknown, error?: string }} message */
  #settle({ ready, id = 0, result, error }) {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (error === undefined) {
      waiting?.resolve(ready ?? result);
    } else {
      waiting?.reject(new Error(error));
    }
  }

  /** @param {string} why */
  #giveUp(why) {
    for (const { reject } of this.#waiting.values()) {
      reject(new Error(why));
    }
    this.#waiting.clear();
  }
}

class Request {
  #instance;
  #id;

  /**
   * @param {Instance} instance
   * @param {number} id
   */
  constructor(instance, id) {
    this.#instance = instance;
    this.#id = id;
  }

  /** @param {Entry} entry */
  get(entry) {
    return this.#instance.get(entry, this.#id);
  }

  /**
   * @param {Entry} entry
   * @param {any} value
   * @param {Lifetime} [lifetime]
   */
  set(entry, value, lifetime) {
    return this.#instance.set(entry, value, lifetime, this.#id);
  }

  /** Lets go of its cache. */
  end() {
    return this.#instance.call("end", this.#id);
  }
}
