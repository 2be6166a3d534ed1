// Real servers under load: visitors come, editors revalidate, instances freeze and thaw, die and come back, and either the log's row
// is deleted, or each instance's network fails in its own way. What the origin gave before a revalidation is shown to nobody who comes
// after it. Nothing is seeded, as in life: `npm run chaos` looks for longer.

import { pause } from "../../scripts/demo/processes.mjs";
import { build } from "./application.mjs";
import { BUDGETS, startCluster } from "./cluster.mjs";
import { createRoutersApplication } from "./routers-application.mjs";
import { FROZEN_MS, Town } from "./town.mjs";
import { buildUseCacheApplication } from "./use-cache-application.mjs";
import { startWeather } from "./weather.mjs";

/** @typedef {import("./town.mjs").Outcome} Outcome */
/** @typedef {import("./town.mjs").Page} Page */

const SLUGS = ["first", "second"];
/** The origin takes 1.5 s for what is slow; a page asks for it up to three times, and its instance may be frozen meanwhile. */
const SLOW_MS = 3 * 1_500 + FROZEN_MS + 3_500;
/** So short that what a render has begun is soon over, and that many a revalidation is not confirmed. */
const SHORT_BUDGETS = { readTimeoutMs: 200, coldTimeoutMs: 300, writeTimeoutMs: 500 };
/** A held revalidation is tried again every two seconds, for as long as a write may take. */
const CONFIRMED_MS = 6_000;

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
 * @param {{ trouble: "losses" | "weather", seconds: number, tagFreshnessMs?: number, progress?: (line: string) => void }} how
 * @returns {Promise<Outcome>}
 */
export async function chaos(name, version, { trouble, seconds, tagFreshnessMs = 0, progress = () => {} }) {
  const application = APPLICATIONS[name];
  if (!application) {
    throw new Error(`there is no application ${name}, but ${Object.keys(APPLICATIONS).join(" and ")}`);
  }
  /** @type {import("./weather.mjs").Weather[]} */
  const weathers = [];
  /** @type {import("./cluster.mjs").EnvironmentOf} */
  const environmentOf = async (server, endpoint) => {
    const options = { ...(trouble === "losses" ? BUDGETS : SHORT_BUDGETS), tagFreshnessMs };
    /** @type {Record<string, string>} */
    const env = { E2E_TIMEOUTS: JSON.stringify(options) };
    if (trouble === "weather") {
      const weather = await startWeather(endpoint, (what) => progress(`${server}: ${what}`));
      weathers.push(weather);
      env.AWS_ENDPOINT_URL_DYNAMODB = weather.endpoint;
    }
    return env;
  };
  const cluster = await startCluster(await application.build(version), environmentOf);
  try {
    const servers = [cluster.a, cluster.b, await cluster.start("C")];
    // Within it an instance may not know yet what another one has revalidated.
    const pages = application.pages.map((page) => ({ ...page, joinedMs: page.joinedMs + tagFreshnessMs }));
    const town = new Town(cluster, servers, pages, Number.parseInt(version, 10), progress);
    const all = Promise.all(trouble === "weather" ? town.inBadWeather() : town.withLosses());
    await Promise.race([all, pause(seconds * 1_000)]);
    town.isOver = true;
    await all;
    await Promise.all(weathers.map((weather) => weather.clear()));
    await pause(CONFIRMED_MS);
    await town.everybodyLooks();
    return town.outcome;
  } finally {
    await cluster.end();
    await Promise.all(weathers.map((weather) => weather.stop()));
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
