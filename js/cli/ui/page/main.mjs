// The page: which view is shown, and what all of them share.

import { ask, takeToken } from "./api.mjs";
import { byId, h } from "./dom.mjs";
import { entriesView } from "./entries.mjs";
import { liveView } from "./live.mjs";
import { logView } from "./log.mjs";

/**
 * @typedef {object} About
 * @property {string} table
 * @property {boolean} canWrite
 * @property {string | null} region
 * @property {string | null} endpoint
 * @property {{ status?: string, itemCount?: number, sizeBytes?: number, problem?: string } | null} facts
 * @property {string | null} problem
 */
/**
 * @typedef {object} View
 * @property {string} title
 * @property {HTMLElement} element
 * @property {() => void} shown it is in sight now
 * @property {() => void} [hidden] it is not any more
 */

const main = byId("main");
/** @type {Record<string, View>} */
let views = {};
/** @type {View | undefined} */
let current;

takeToken();
start();

async function start() {
  /** @type {About} */
  let about;
  try {
    about = await ask("about");
  } catch (error) {
    main.replaceChildren(h("h2", {}, "This window is closed"));
    addEventListener("hashchange", () => takeToken() && location.reload());
    return showProblem(/** @type {Error} */ (error).message);
  }
  describe(about);
  views = { entries: entriesView(about), log: logView(about), live: liveView() };
  addEventListener("hashchange", () => (takeToken() ? location.reload() : show(true)));
  show(false);
}

/** @param {boolean} moves whether the person went there */
function show(moves) {
  const name = location.hash.slice(1);
  if (name === "main") {
    return;
  }
  const view = views[name] ?? views.entries;
  if (!view || view === current) {
    return;
  }
  current?.hidden?.();
  current = view;
  for (const link of document.querySelectorAll("nav a")) {
    const isCurrent = views[link.getAttribute("href")?.slice(1) ?? ""] === view;
    isCurrent ? link.setAttribute("aria-current", "page") : link.removeAttribute("aria-current");
  }
  document.title = `${view.title} · nextjs-dynamodb-cache`;
  main.replaceChildren(view.element);
  if (moves) {
    main.focus({ preventScroll: true });
    scrollTo(0, 0);
  }
  view.shown();
}

/** @param {About} about */
function describe({ table, region, endpoint, canWrite, problem, facts }) {
  byId("table").textContent = table;
  byId("place").textContent = [region, endpoint && new URL(endpoint).host].filter(Boolean).join(" · ");
  const mode = byId("mode");
  mode.textContent = canWrite ? "may write" : "read-only";
  mode.title = canWrite ? "It may revalidate and purge" : "Start it with --write for buttons that revalidate and purge";
  mode.classList.toggle("writes", canWrite);
  mode.hidden = false;
  const what = problem ?? facts?.problem;
  if (what) {
    showProblem(`${what} — \`npx nextjs-dynamodb-cache doctor\` says what to do about it.`);
  }
}

/** @param {string} text */
function showProblem(text) {
  const problem = byId("problem");
  problem.textContent = text;
  problem.hidden = false;
}
