// What the instances report: hits and misses by the second, latencies, bytes, units and their cost.

import { dollars, saved, size, span } from "../../amounts.mjs";
import { ask, reportingAddress } from "./api.mjs";
import { chart, rate } from "./chart.mjs";
import { announce, h, legible } from "./dom.mjs";

const EVERY_MS = 1_000;
const RANGES = { "1 min": { overS: 60, stepS: 1 }, "10 min": { overS: 600, stepS: 5 } };

/** @returns {import("./main.mjs").View} */
export function liveView() {
  /** @type {keyof typeof RANGES} */
  let range = "1 min";
  let timer = 0;
  const choices = h("div", { class: "segments", role: "group", "aria-label": "How far back" }, .../** @type {(keyof typeof RANGES)[]} */ (Object.keys(RANGES)).map((name) => h("button", { type: "button", "aria-pressed": String(name === range), onclick: () => choose(name) }, name)));
  const place = h("div", {});
  const element = h("div", { class: "live" }, h("div", { class: "heading" }, h("h2", {}, "Live"), choices), place);
  /** @type {any} */
  let report;
  return { title: "Live", element, shown, hidden: () => clearTimeout(timer) };

  function shown() {
    clearTimeout(timer);
    void read();
  }

  /** @param {keyof typeof RANGES} name */
  function choose(name) {
    range = name;
    for (const button of choices.children) {
      button.setAttribute("aria-pressed", String(button.textContent === name));
    }
    draw();
  }

  async function read() {
    try {
      report = document.hidden && report ? report : await ask("live");
      draw();
    } catch (error) {
      report = undefined;
      place.replaceChildren(h("div", { class: "empty failed", role: "alert" }, h("h3", {}, "The window does not answer"), h("p", {}, /** @type {Error} */ (error).message)));
    }
    if (element.isConnected) {
      timer = window.setTimeout(() => void read(), EVERY_MS);
    }
  }

  function draw() {
    if (!report) {
      return;
    }
    if (report.instances.length === 0) {
      // Drawn once: who copies from it is not to be disturbed.
      return void (place.querySelector(".empty:not(.failed)") ?? place.replaceChildren(howToReport()));
    }
    place.replaceChildren(
      h("div", { class: "figures" }, ...figuresOf(report)),
      chart(report.seconds, { nowS: report.nowS, ...RANGES[range] }),
      latencies(report.latency),
      instances(report.instances),
      recent(report.recent, report.nowS),
    );
  }
}

/** @param {any} report */
function figuresOf({ totals, latency, bytes, units, nowS, seconds }) {
  const last = seconds.filter((/** @type {any} */ { atS }) => atS >= nowS - 10 && atS < nowS);
  const gets = last.reduce((/** @type {number} */ sum, /** @type {any} */ one) => sum + one.hit + one.stale + one.miss + one.degraded, 0) / 10;
  const figure = (/** @type {string} */ name, /** @type {string} */ value, /** @type {string} */ about) => h("div", { class: "figure" }, h("h3", {}, name), h("p", { class: "value" }, value), h("p", { class: "quiet" }, about));
  return [
    figure("Hit ratio", totals.hitRatio === null ? "–" : `${(totals.hitRatio * 100).toFixed(1)} %`, `${totals.hit} hits, ${totals.stale} stale, ${totals.miss} misses${totals.degraded > 0 ? `, ${totals.degraded} degraded` : ""}`),
    figure("Gets", `${rate(gets)}/s`, "in the last 10 seconds"),
    figure("Get, p95", ms(latency.get.p95), `p50 ${ms(latency.get.p50)}, p99 ${ms(latency.get.p99)}`),
    figure("Saved by compression", bytes.raw > 0 ? size(Math.max(bytes.raw - bytes.stored, 0)) : "–", bytes.raw > 0 ? `${saved(bytes)}: ${size(bytes.stored)} written for ${size(bytes.raw)} of values` : "nothing was set"),
    units === null
      ? figure("Capacity units", "–", "the events that have come tell no units")
      : figure("Capacity units", dollars(units.dollars), `${rate(units.read)} read, ${rate(units.write)} write in ${span(units.overS)}; ${dollars(units.dollarsPerMonth)} a month at this rate, on demand in us-east-1`),
  ];
}

/** @param {Record<string, any>} latency */
function latencies(latency) {
  const rows = Object.entries(latency).filter(([, { count }]) => count > 0);
  return table("Latency of 10 minutes", ["Operation", "Count", "p50", "p95", "p99"], rows.map(([name, { count, p50, p95, p99 }]) => [name, String(count), ms(p50), ms(p95), ms(p99)]));
}

/** @param {any[]} all */
function instances(all) {
  const rows = all.map(({ name, silentS, hit, stale, miss, degraded, hitRatio, latency, dropped }) => [
    h("code", {}, name),
    silentS > 5 ? `silent for ${span(silentS)}` : "reports",
    hitRatio === null ? "–" : `${(hitRatio * 100).toFixed(1)} %`,
    `${hit} / ${stale} / ${miss}`,
    String(degraded),
    ms(latency.p95),
    dropped > 0 ? `${dropped} events were dropped` : "",
  ]);
  return table("Instances", ["Instance", "State", "Hit ratio", "Hit / stale / miss", "Degraded", "Get, p95", "Note"], rows);
}

/**
 * @param {any[]} events
 * @param {number} nowS
 */
function recent(events, nowS) {
  const rows = events.slice(0, 25).map(({ atMs, instance, type, ms: took, what, kind, reason, source }) => [
    `${span(nowS - atMs / 1_000)} ago`,
    h("span", { class: `badge ${type}` }, type),
    h("code", { title: what }, legible(what ?? "")),
    [kind, source === "build" && "from the build's output", reason].filter(Boolean).join(", "),
    ms(took),
    instance,
  ]);
  return table("Newest events", ["When", "Event", "Key or tags", "About", "Took", "Instance"], rows);
}

/**
 * @param {string} caption
 * @param {string[]} head
 * @param {(string | Node)[][]} rows
 */
function table(caption, head, rows) {
  return h(
    "section",
    {},
    h("h3", {}, caption),
    h(
      "table",
      { role: "table", class: "cards", "aria-label": caption },
      h("thead", { role: "rowgroup" }, h("tr", { role: "row" }, ...head.map((name) => h("th", { scope: "col", role: "columnheader" }, name)))),
      h("tbody", { role: "rowgroup" }, ...rows.map((cells) => h("tr", { role: "row" }, ...cells.map((cell, index) => h("td", { role: "cell", "data-label": head[index] ?? "" }, cell))))),
    ),
  );
}

/** What to do where nobody reports. */
function howToReport() {
  const code = `import { DynamoDBCacheHandler } from "nextjs-dynamodb-cache";
import { createReporter } from "nextjs-dynamodb-cache/reporter";

export default DynamoDBCacheHandler.configure({ onEvent: createReporter() });`;
  const variable = `NEXT_CACHE_WINDOW_URL=${reportingAddress()}`;
  const copy = async () => {
    await navigator.clipboard.writeText(variable).then(
      () => announce("Copied"),
      () => announce("The browser does not let it be copied: select it"),
    );
  };
  return h(
    "div",
    { class: "empty" },
    h("h3", {}, "No instance reports yet"),
    h("p", {}, "Give the cache handler a reporter, and start the application with the address of this window:"),
    h("pre", { tabindex: 0, role: "region", "aria-label": "The cache handler with a reporter" }, code),
    h("pre", { tabindex: 0, role: "region", "aria-label": "The address of this window" }, variable),
    h("p", {}, h("button", { type: "button", onclick: () => void copy() }, "Copy the variable")),
  );
}

/** @param {number | null} value milliseconds */
function ms(value) {
  if (value === null) {
    return "–";
  }
  return value < 10 ? `${value.toFixed(1)} ms` : `${Math.round(value)} ms`;
}
