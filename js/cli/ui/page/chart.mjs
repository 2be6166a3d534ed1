// Hits, stale answers and misses over time, as stacked bars.

import { h, svg } from "./dom.mjs";

const HEIGHT = 160;
const LAYERS = /** @type {const} */ (["hit", "stale", "miss", "degraded"]);

/** @typedef {{ atS: number, hit: number, stale: number, miss: number, degraded: number }} Second */
/** @typedef {Omit<Second, "atS">} Rates */

/**
 * @param {Second[]} seconds those in which something happened
 * @param {{ nowS: number, overS: number, stepS: number }} range
 */
export function chart(seconds, { nowS, overS, stepS }) {
  // The running second is not complete yet.
  const bars = barsOf(seconds, { endS: nowS, overS, stepS });
  const highest = Math.max(...bars.map(total), 0);
  const top = niceAbove(highest);
  const width = 100 / bars.length;
  const rects = bars.flatMap((bar, index) => {
    let y = HEIGHT;
    return LAYERS.map((layer) => {
      const height = (bar[layer] / top) * HEIGHT;
      y -= height;
      return height > 0 && svg("rect", { class: layer, x: `${index * width}%`, width: `${width * 0.86}%`, y, height });
    });
  });
  const label = `Gets per second in the last ${overS > 60 ? `${overS / 60} minutes` : "minute"}: at most ${rate(highest)}, now ${rate(total(bars.at(-1) ?? zero()))}`;
  const grid = [0.5, 1].map((share) => svg("line", { class: "grid", x1: 0, x2: "100%", y1: HEIGHT * (1 - share) + 0.5, y2: HEIGHT * (1 - share) + 0.5 }));
  return h(
    "figure",
    { class: "chart" },
    h("div", { class: "plot" }, svg("svg", { width: "100%", height: HEIGHT, role: "img", "aria-label": label }, ...grid, ...rects), h("span", { class: "top" }, `${rate(top)}/s`), h("span", { class: "middle" }, `${rate(top / 2)}/s`)),
    h("figcaption", {}, h("span", {}, `${overS / 60} min ago`), legend(), h("span", {}, "now")),
  );
}

function legend() {
  return h("span", { class: "legend" }, ...LAYERS.map((layer) => h("span", { class: layer }, h("i", {}), layer)));
}

/**
 * Rates per second of equal steps, oldest first.
 *
 * @param {Second[]} seconds
 * @param {{ endS: number, overS: number, stepS: number }} range
 */
export function barsOf(seconds, { endS, overS, stepS }) {
  const bars = Array.from({ length: overS / stepS }, zero);
  for (const second of seconds) {
    const bar = bars[Math.floor((second.atS - (endS - overS)) / stepS)];
    if (bar) {
      LAYERS.forEach((layer) => (bar[layer] += second[layer] / stepS));
    }
  }
  return bars;
}

/** @returns {Rates} */
function zero() {
  return { hit: 0, stale: 0, miss: 0, degraded: 0 };
}

/** @param {Rates} bar */
function total(bar) {
  return LAYERS.reduce((sum, layer) => sum + bar[layer], 0);
}

/** 1, 2, 5, 10, 20, … @param {number} value */
function niceAbove(value) {
  const power = 10 ** Math.floor(Math.log10(Math.max(value, 1)));
  return [1, 2, 5, 10].map((step) => step * power).find((step) => step >= value) ?? 1;
}

/** @param {number} value */
export function rate(value) {
  return value >= 10 || Number.isInteger(value) ? String(Math.round(value)) : value.toFixed(1);
}
