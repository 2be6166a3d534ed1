// A soak as a picture: latency, outcomes, sockets and memory over time, with the faults behind them.

import { percentile } from "./summary.mjs";

/** @typedef {import("./soak.mjs").Result} Result */
/** @typedef {{ label: string, color: string, points: [number, number][] }} Line of seconds and values */
/** @typedef {{ title: string, unit: string, lines: Line[] }} Panel */

const WIDTH = 1_100;
const LEFT = 64;
const RIGHT = 190;
const PANEL = 150;
const GAP = 46;
const TOP = 56;
const PLOT = WIDTH - LEFT - RIGHT;

const STYLE = `
  svg { background: #ffffff; font: 12px system-ui, sans-serif; }
  text { fill: #1b1f24; } .dim { fill: #59636e; } .axis { stroke: #d1d9e0; } .fault { fill: #d1242f; opacity: .09; }
  .a { stroke: #0969da; } .b { stroke: #bc4c00; } .c { stroke: #1a7f37; } .d { stroke: #8250df; }
  polyline { fill: none; stroke-width: 1.5; }
  @media (prefers-color-scheme: dark) {
    svg { background: #0d1117; } text { fill: #e6edf3; } .dim { fill: #9198a1; } .axis { stroke: #30363d; }
    .fault { fill: #ff7b72; opacity: .16; } .a { stroke: #58a6ff; } .b { stroke: #f0883e; } .c { stroke: #3fb950; } .d { stroke: #bc8cff; }
  }`;

/**
 * @param {Result} result
 * @returns {string} an SVG document
 */
export function plotOf(result) {
  const seconds = Math.max(1, (result.endedAt - result.startedAt) / 1_000);
  const x = (/** @type {number} */ at) => LEFT + (at / seconds) * PLOT;
  const panels = panelsOf(result, seconds);
  const height = TOP + panels.length * (PANEL + GAP);
  const faults = result.phases.map((phase) => {
    const [from, to] = [phase.startedAt, phase.endedAt].map((at) => x((at - result.startedAt) / 1_000));
    const band = `x="${from?.toFixed(1)}" width="${((to ?? 0) - (from ?? 0)).toFixed(1)}" y="${TOP}" height="${height - TOP - GAP}"`;
    return `<rect class="fault" ${band}><title>${escaped(phase.name)}</title></rect>`;
  });
  const title = `Two instances under load, ${Math.round(seconds)} s, ${result.phases.length} faults (shaded)`;
  const drawn = panels.map((panel, index) => draw(panel, TOP + index * (PANEL + GAP), seconds, x));
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${title}">
<style>${STYLE}</style>
<text x="${LEFT}" y="28" font-size="16">${title}</text>
${[...faults, ...drawn].join("\n")}
</svg>
`;
}

/**
 * @param {Result} result
 * @param {number} seconds
 * @returns {Panel[]}
 */
function panelsOf({ startedAt, samples, sockets, memory }, seconds) {
  const width = Math.max(0.5, seconds / 240);
  const gets = samples.filter(({ call }) => call === "get");
  /** @param {(bucket: typeof gets) => number} value @returns {[number, number][]} */
  const over = (value) => {
    /** @type {(typeof gets)[]} */
    const buckets = Array.from({ length: Math.ceil(seconds / width) }, () => []);
    gets.forEach((get) => buckets[Math.floor((get.startedAt - startedAt) / 1_000 / width)]?.push(get));
    return buckets.map((bucket, index) => [(index + 0.5) * width, value(bucket)]);
  };
  const rate = (/** @type {string[]} */ ...outcomes) => over((bucket) => bucket.filter(({ outcome }) => outcomes.includes(outcome)).length / width);
  const latency = (/** @type {number} */ share) => over((bucket) => percentile(bucket.map(({ startedAt: from, endedAt }) => endedAt - from), share));
  const held = (/** @type {string} */ name) =>
    memory.filter(({ instance }) => instance === name).map((at) => /** @type {[number, number]} */ ([(at.at - startedAt) / 1_000, (at.heapUsed + at.arrayBuffers) / 1e6]));
  return [
    { title: "latency of a get", unit: "ms", lines: [{ label: "p50", color: "a", points: latency(0.5) }, { label: "p99", color: "b", points: latency(0.99) }] },
    {
      title: "gets per second",
      unit: "/s",
      lines: [
        { label: "hit or stale", color: "c", points: rate("hit", "stale") },
        { label: "miss", color: "a", points: rate("miss") },
        { label: "miss by a failure", color: "b", points: rate("degraded", "threw") },
      ],
    },
    { title: "open sockets", unit: "", lines: [{ label: "sockets", color: "d", points: sockets.map(({ at, count }) => [(at - startedAt) / 1_000, count]) }] },
    { title: "memory that is held", unit: "MB", lines: [{ label: "instance A", color: "a", points: held("A") }, { label: "instance B", color: "b", points: held("B") }] },
  ];
}

/**
 * @param {Panel} panel
 * @param {number} top
 * @param {number} seconds
 * @param {(second: number) => number} x
 */
function draw({ title, unit, lines }, top, seconds, x) {
  const most = Math.max(1, ...lines.flatMap(({ points }) => points.map(([, value]) => value)));
  const y = (/** @type {number} */ value) => top + PANEL - (Math.min(value, most) / most) * (PANEL - 8);
  const ticks = [0, 0.25, 0.5, 0.75, 1].map((share) => Math.round(share * seconds));
  return [
    `<text x="${LEFT}" y="${top - 6}">${title}</text>`,
    `<line class="axis" x1="${LEFT}" x2="${LEFT + PLOT}" y1="${top + PANEL}" y2="${top + PANEL}"/>`,
    `<text class="dim" x="${LEFT - 8}" y="${y(most) + 4}" text-anchor="end">${shown(most)} ${unit}</text>`,
    `<text class="dim" x="${LEFT - 8}" y="${top + PANEL}" text-anchor="end">0</text>`,
    ...ticks.map((tick) => `<text class="dim" x="${x(tick)}" y="${top + PANEL + 16}" text-anchor="middle">${tick} s</text>`),
    ...lines.map(({ color, points }) => `<polyline class="${color}" points="${points.map(([at, value]) => `${x(at).toFixed(1)},${y(value).toFixed(1)}`).join(" ")}"/>`),
    ...lines.flatMap(({ label, color }, index) => [
      `<line class="${color}" stroke-width="2" x1="${LEFT + PLOT + 16}" x2="${LEFT + PLOT + 36}" y1="${top + 16 + index * 20}" y2="${top + 16 + index * 20}"/>`,
      `<text x="${LEFT + PLOT + 44}" y="${top + 20 + index * 20}">${label}</text>`,
    ]),
  ].join("\n");
}

/** @param {number} value */
function shown(value) {
  return value >= 10 ? Math.round(value) : value.toFixed(1);
}

/** @param {string} text */
function escaped(text) {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}
