// Everybody who does something to the servers of `chaos.mjs`, and what each of them is shown.

import { pause } from "../../scripts/demo/processes.mjs";
import { events, until, visit } from "../e2e/browse.mjs";
import { LOG } from "../integration/instances.mjs";
import { send } from "../integration/raw.mjs";
import { TABLE } from "./cluster.mjs";

/** @typedef {import("./cluster.mjs").Cluster} Cluster */
/** @typedef {import("./cluster.mjs").Server} Server */

/**
 * @typedef {object} Page
 * @property {string} path
 * @property {string} source the path at the origin that it shows, with how often that was asked for
 * @property {string} tag of what it shows
 * @property {number} joinedMs how long Next itself may hand on what a render has begun, and asks no handler
 */

/**
 * @typedef {object} Outcome
 * @property {number} visits
 * @property {number} revalidations
 * @property {number} held of them, by their instance alone until the table confirms them
 * @property {number} losses of the log
 * @property {number} freezes
 * @property {number} deaths
 * @property {string[]} violations
 */

/**
 * @typedef {object} Revalidation
 * @property {number} at when it had returned
 * @property {number} count how often the source had been asked for when it began
 * @property {Server} [heldBy] the only one that knows of it, until the table does
 */

/** No instance is frozen for longer, milliseconds. */
export const FROZEN_MS = 2_000;

const VISITORS = 8;
/** Longer than a render, three slow reads of it and a freeze: of two losses within one, nothing tells (docs/architecture.md). */
const LOST_EVERY_MS = 3 * 1_500 + FROZEN_MS + 500;
/** What the gets and the set of a render may take besides, where the network is bad: their budgets, and a freeze. */
const BAD_WEATHER_MS = 1_500 + FROZEN_MS;

export class Town {
  isOver = false;
  /** @type {Outcome} */
  outcome = { visits: 0, revalidations: 0, held: 0, losses: 0, freezes: 0, deaths: 0, violations: [] };
  /** By tag. @type {Map<string, Revalidation[]>} */
  #revalidated = new Map();
  /** How long Next may hand on more than a page says. */
  #joinedMs = 0;
  /** @type {Set<Server>} */
  #frozen = new Set();
  /** @type {Set<Server>} */
  #dead = new Set();
  #cluster;
  #servers;
  #pages;
  #major;
  #progress;

  /**
   * @param {Cluster} cluster
   * @param {Server[]} servers
   * @param {Page[]} pages
   * @param {number} major
   * @param {(line: string) => void} progress
   */
  constructor(cluster, servers, pages, major, progress) {
    this.#cluster = cluster;
    this.#servers = servers;
    this.#pages = pages;
    this.#major = major;
    this.#progress = progress;
  }

  withLosses() {
    return [...this.#everyday(), this.#editor(), this.#operator()];
  }

  /** Whose editor leaves time to see what has stayed of a revalidation, after all that Next may hand on. */
  inBadWeather() {
    this.#joinedMs = BAD_WEATHER_MS;
    return this.#everyday();
  }

  #everyday() {
    return [...this.#visitors(), this.#editor(), this.#freezer(), this.#reaper()];
  }

  /** When nothing is under way any more, and what was held is confirmed, or has died with its server. */
  async everybodyLooks() {
    const counts = (/** @type {Revalidation} */ { heldBy }) => !heldBy || this.#servers.includes(heldBy);
    for (const server of this.#servers) {
      for (const page of this.#pages) {
        await this.#look(server, page, this.#revalidationsOf(page).filter(counts));
      }
    }
  }

  #visitors() {
    return Array.from({ length: VISITORS }, async () => {
      while (!this.isOver) {
        const server = this.#awake();
        const page = oneOf(this.#pages);
        const since = performance.now() - page.joinedMs - this.#joinedMs;
        const counts = (/** @type {Revalidation} */ { at, heldBy = server }) => at <= since && heldBy === server;
        await this.#look(server, page, this.#revalidationsOf(page).filter(counts));
        await pause(upTo(60));
      }
    });
  }

  /**
   * Whether a page shows what was read after revalidations.
   *
   * @param {Server} server
   * @param {Page} page
   * @param {Revalidation[]} revalidations
   */
  async #look(server, { path }, revalidations) {
    const least = Math.max(0, ...revalidations.map(({ count }) => count));
    const page = await this.#unlessDead(server, visit(server, path));
    if (!page) {
      return;
    }
    const { status, content = "" } = page;
    this.outcome.visits++;
    const shown = Number(/ (\d+)$/.exec(content.split("\n").at(0) ?? "")?.[1]);
    if (status !== 200 || !(shown > least)) {
      this.#violation(`${server.name} ${path}: ${status}, ${JSON.stringify(content.slice(0, 80))}; ${least} was revalidated before`);
    }
  }

  async #editor() {
    while (!this.isOver) {
      await pause(200 + upTo(1_500));
      const server = this.#awake();
      const { source, tag } = oneOf(this.#pages);
      const count = this.#cluster.origin.count(source);
      const isConfirmed = await this.#unlessDead(server, this.#revalidate(server, tag));
      if (isConfirmed === undefined) {
        continue; // nobody was told that it holds
      }
      this.outcome.revalidations++;
      this.outcome.held += isConfirmed ? 0 : 1;
      const revalidation = { at: performance.now(), count, heldBy: isConfirmed ? undefined : server };
      this.#revalidated.set(tag, [...(this.#revalidated.get(tag) ?? []), revalidation]);
      this.#progress(`${server.name} revalidated ${tag}, ${count}${isConfirmed ? "" : ", and holds it"}`);
    }
  }

  /**
   * @param {Server} server
   * @param {string} tag
   * @returns {Promise<boolean>} whether the table has confirmed it
   */
  async #revalidate(server, tag) {
    const before = (await events(server)).at(-1)?.number ?? 0;
    // Next 16 has made a second argument of what was meant without one.
    const args = [tag, ...(this.#major >= 16 ? [{ expire: 0 }] : [])];
    await fetch(`${server.url}/api/revalidate-tag`, { method: "POST", body: JSON.stringify(args) });
    const ended = await until(
      "the handler reports the revalidation",
      async () => (await events(server)).find(({ number, tags }) => number > before && tags?.includes(tag)) ?? false,
    );
    return ended.type === "revalidate";
  }

  async #operator() {
    while (!this.isOver) {
      await pause(LOST_EVERY_MS + upTo(3_000));
      await send(this.#cluster.endpoint, "DeleteItem", { TableName: TABLE, Key: { key: { S: LOG } } });
      this.outcome.losses++;
      this.#progress("the log is deleted");
    }
  }

  async #freezer() {
    while (!this.isOver) {
      await pause(1_500 + upTo(4_000));
      const server = this.#awake();
      this.#frozen.add(server);
      server.child.kill("SIGSTOP");
      this.outcome.freezes++;
      this.#progress(`${server.name} is frozen`);
      await pause(200 + upTo(FROZEN_MS - 200));
      server.child.kill("SIGCONT");
      this.#frozen.delete(server);
      this.#progress(`${server.name} goes on`);
    }
  }

  async #reaper() {
    while (!this.isOver) {
      await pause(4_000 + upTo(8_000));
      const server = this.#awake();
      this.#dead.add(server);
      server.child.kill("SIGKILL");
      this.outcome.deaths++;
      this.#progress(`${server.name} is dead`);
      const successor = await this.#cluster.start(server.name);
      this.#servers = this.#servers.map((one) => (one === server ? successor : one));
      this.#progress(`${server.name} is back`);
    }
  }

  #awake() {
    return oneOf(this.#servers.filter((server) => !this.#frozen.has(server) && !this.#dead.has(server)));
  }

  /**
   * @template T
   * @param {Server} server
   * @param {Promise<T>} answer
   * @returns {Promise<T | undefined>} nothing of a server that has died meanwhile
   */
  async #unlessDead(server, answer) {
    try {
      return await answer;
    } catch (error) {
      if (this.#dead.has(server)) {
        return undefined;
      }
      throw error;
    }
  }

  /** @param {Page} page */
  #revalidationsOf({ tag }) {
    return this.#revalidated.get(tag) ?? [];
  }

  /** @param {string} what */
  #violation(what) {
    this.outcome.violations.push(what);
    this.#progress(`VIOLATION ${what}`);
  }
}

/** @template T @param {T[]} all @returns {T} */
function oneOf(all) {
  return /** @type {T} */ (all[upTo(all.length)]);
}

/** @param {number} limit */
function upTo(limit) {
  return Math.floor(Math.random() * limit);
}
