// Real servers under load: visitors come, editors revalidate, instances freeze and thaw, and the log's row is deleted. What the origin
// gave before a revalidation is shown to nobody who comes after it. Nothing is seeded, as in life: `npm run chaos` looks for longer.

import { pause } from "../../scripts/demo/processes.mjs";
import { revalidate, visit } from "../e2e/browse.mjs";
import { LOG } from "../integration/instances.mjs";
import { send } from "../integration/raw.mjs";
import { build } from "./application.mjs";
import { TABLE, startCluster } from "./cluster.mjs";
import { createRoutersApplication } from "./routers-application.mjs";
import { buildUseCacheApplication } from "./use-cache-application.mjs";

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
 * @property {number} losses of the log
 * @property {number} freezes
 * @property {string[]} violations
 */

const SLUGS = ["first", "second"];
const VISITORS = 8;
const EDITORS = 2;
/** No instance is frozen for longer, milliseconds. */
const FROZEN_MS = 2_000;
/** The origin takes 1.5 s for what is slow; a page asks for it up to three times, and its instance may be frozen meanwhile. */
const SLOW_MS = 3 * 1_500 + FROZEN_MS + 3_500;

/** @type {Record<string, { build: (version: string) => Promise<import("./application.mjs").Application>, pages: Page[] }>} */
export const APPLICATIONS = {
  routers: {
    async build(version) {
      const application = await createRoutersApplication(version);
      await build(application);
      return application;
    },
    pages: [...pagesOf("memo", 0), ...pagesOf("fetched", 0), ...pagesOf("self", FROZEN_MS + 1_000), ...pagesOf("slow", SLOW_MS), ...pagesOf("twice", SLOW_MS)],
  },
  "use-cache": {
    build: buildUseCacheApplication,
    pages: [
      ...pagesOf("remote", 0),
      ...pagesOf("nested", 0),
      ...pagesOf("large", 0),
      ...pagesOf("slow", SLOW_MS),
      ...pagesOf("around", SLOW_MS, "slow"),
      ...pagesOf("twice", SLOW_MS, "slow"),
    ],
  },
};

/**
 * @param {string} name of the application
 * @param {string} version of Next
 * @param {{ seconds: number, progress?: (line: string) => void }} how
 * @returns {Promise<Outcome>}
 */
export async function chaos(name, version, { seconds, progress = () => {} }) {
  const application = APPLICATIONS[name];
  if (!application) {
    throw new Error(`there is no application ${name}, but ${Object.keys(APPLICATIONS).join(" and ")}`);
  }
  const cluster = await startCluster(await application.build(version));
  try {
    const servers = [cluster.a, cluster.b, await cluster.start("C")];
    const town = new Town(cluster, servers, application.pages, Number.parseInt(version, 10), progress);
    const visitors = Array.from({ length: VISITORS }, () => town.visitor());
    const editors = Array.from({ length: EDITORS }, () => town.editor());
    const all = Promise.all([...visitors, ...editors, town.operator(), town.freezer()]);
    await Promise.race([all, pause(seconds * 1_000)]);
    town.isOver = true;
    await all;
    return town.outcome;
  } finally {
    await cluster.end();
  }
}

/** Everybody who does something to the servers. */
class Town {
  isOver = false;
  /** @type {Outcome} */
  outcome = { visits: 0, revalidations: 0, losses: 0, freezes: 0, violations: [] };
  /** Of each tag: when a revalidation had returned, and how often the source had been asked for when it began. @type {Map<string, { at: number, count: number }[]>} */
  #revalidated = new Map();
  /** @type {Set<Server>} */
  #frozen = new Set();
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

  async visitor() {
    while (!this.isOver) {
      const server = this.#awake();
      const page = oneOf(this.#pages);
      const least = this.#leastOf(page, performance.now());
      const { status, content = "" } = await visit(server, page.path);
      this.outcome.visits++;
      const shown = Number(/ (\d+)$/.exec(content.split("\n").at(0) ?? "")?.[1]);
      if (status !== 200 || !(shown > least)) {
        this.#violation(`${server.name} ${page.path}: ${status}, ${JSON.stringify(content.slice(0, 80))}; ${least} was revalidated before`);
      }
      await pause(upTo(60));
    }
  }

  async editor() {
    while (!this.isOver) {
      await pause(200 + upTo(1_500));
      const server = this.#awake();
      const { source, tag } = oneOf(this.#pages);
      const count = this.#cluster.origin.count(source);
      // Next 16 has made a second argument of what was meant without one.
      await revalidate(server, "tag", tag, ...(this.#major >= 16 ? [{ expire: 0 }] : []));
      this.outcome.revalidations++;
      this.#revalidated.set(tag, [...(this.#revalidated.get(tag) ?? []), { at: performance.now(), count }]);
      this.#progress(`${server.name} revalidated ${tag}, ${count}`);
    }
  }

  async operator() {
    while (!this.isOver) {
      await pause(2_000 + upTo(5_000));
      await send(this.#cluster.endpoint, "DeleteItem", { TableName: TABLE, Key: { key: { S: LOG } } });
      this.outcome.losses++;
      this.#progress("the log is deleted");
    }
  }

  async freezer() {
    while (!this.isOver) {
      await pause(1_500 + upTo(4_000));
      const server = oneOf(this.#servers);
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

  #awake() {
    return oneOf(this.#servers.filter((server) => !this.#frozen.has(server)));
  }

  /** What a visitor who comes now must see more than. @param {Page} page @param {number} now */
  #leastOf({ tag, joinedMs }, now) {
    const returned = (this.#revalidated.get(tag) ?? []).filter(({ at }) => at + joinedMs <= now);
    return Math.max(0, ...returned.map(({ count }) => count));
  }

  /** @param {string} what */
  #violation(what) {
    this.outcome.violations.push(what);
    this.#progress(`VIOLATION ${what}`);
  }
}

/**
 * @param {string} kind
 * @param {number} joinedMs
 * @param {string} [source] the kind whose data it shows, if not its own
 * @returns {Page[]}
 */
function pagesOf(kind, joinedMs, source = kind) {
  return SLUGS.map((slug) => ({ path: `/${kind}/${slug}`, source: `/${source}/${slug}`, tag: `${source}-${slug}`, joinedMs }));
}

/** @template T @param {T[]} all @returns {T} */
function oneOf(all) {
  return /** @type {T} */ (all[upTo(all.length)]);
}

/** @param {number} limit */
function upTo(limit) {
  return Math.floor(Math.random() * limit);
}
