// The goals, and what a run makes of them.

import { whereTimeGoes } from "./profile.mjs";
import { DATA, LIBRARY, REST, isOwn } from "./wasm-parts.mjs";

/**
 * @typedef {object} Row
 * @property {string} what
 * @property {string} beats what it is compared with
 * @property {number} value the figure, or the ratio
 * @property {string} shown
 * @property {number} goal
 * @property {string} shownGoal
 * @property {boolean} isAtLeast
 * @property {string} [why] where the time goes, of what misses
 */

/** What takes room, of what misses a goal. Where time goes is sampled in each run: see `profile.mjs`. */
const WHY = {
  memory: "the WebAssembly module and its code",
};

/**
 * @param {{ timings: any[], coldStarts: any[], memory: any, sdkMemory?: any, profiles: import("./profile.mjs").Profile[], parts: import("./wasm-parts.mjs").Part[], counts: any, peers: any, sdk: any, signing: any, packed: any }} results
 * @returns {Row[]}
 */
export function judge({ timings, coldStarts, memory, sdkMemory, profiles, parts, counts, peers, sdk, signing, packed }) {
  const of = (name, way, size, field = "cpuUs") =>
    timings.find((timing) => timing.name === name && timing.way === way && timing.size === size)?.[field];
  const own = "this package";
  const plain = peers.plain.find(({ clients }) => clients.includes("AWS SDK")).operations;
  const asks = (text) => `AWS SDK, plain handler: ${text}`;
  const nodes = [...new Set(coldStarts.map(({ node }) => node))];
  const cold = (node, name) => coldStarts.find((start) => start.node === node && start.name.startsWith(name));
  const sdkCold = (node, field, unit) =>
    `AWS SDK ${round(cold(node, "AWS SDK, bundled")[field])} ${unit} bundled, ${round(cold(node, "AWS SDK, from")[field])} ${unit} not`;
  const ratio = (what, beats, ours, theirs, goal, why) =>
    row({ what, beats, value: ours / theirs, shown: `${round(ours)} : ${round(theirs)} µs`, goal, unit: "×", why });
  const figure = (what, beats, value, goal, unit, why) => row({ what, beats, value, goal, unit, why });
  const sampled = (title) => {
    const found = profiles.find((profile) => profile.title === title);
    return found && `${found.title}: ${whereTimeGoes(found)}`;
  };
  const grew = ({ first, last }) => last.heapMb - first.heapMb;
  const quick = of(own, "get", "50 KB", "perSecond") === undefined;
  return [
    ratio("get 50 KB page, CPU", "AWS SDK, plain handler", of(own, "get", "50 KB"), of("AWS SDK", "get", "50 KB"), 0.28, sampled("get 50 KB")),
    ratio("get 50 KB page, CPU", "AWS SDK, entry alone, no tags", of(own, "get", "50 KB"), of("AWS SDK", "getEntry", "50 KB"), 0.28, sampled("get 50 KB")),
    ratio("set 50 KB page, CPU", "AWS SDK, plain handler", of(own, "set", "50 KB"), of("AWS SDK", "set", "50 KB"), 0.3, sampled("set 50 KB, and the get that calls for it")),
    ratio("set 50 KB page, CPU", "AWS SDK, entry alone, no tags", of(own, "set", "50 KB"), of("AWS SDK", "setEntry", "50 KB"), 0.3, sampled("set 50 KB, and the get that calls for it")),
    ratio("get 10 KB, CPU", "floor (node:http)", of(own, "get", "10 KB"), of("floor (node:http)", "get", "10 KB"), 1.6, sampled("get 10 KB")),
    row({
      what: "throughput at 64, get 50 KB",
      beats: "AWS SDK, plain handler",
      value: of(own, "get at 64", "50 KB", "perSecond") / of("AWS SDK", "get at 64", "50 KB", "perSecond"),
      shown: `${round(of(own, "get at 64", "50 KB", "perSecond"))} : ${round(of("AWS SDK", "get at 64", "50 KB", "perSecond"))} a second`,
      goal: 3.5,
      unit: "×",
      isAtLeast: true,
      why: sampled("get 50 KB"),
    }),
    figure("warm get, tagFreshnessMs 1000, CPU", `Next's own in-memory handler: ${round(of("Next's own, memory", "get", "50 KB"))} µs`, of("this package, memory, tagFreshnessMs 1000", "get", "50 KB"), 20, "µs", sampled("get from memory, tagFreshnessMs 1000")),
    figure("the same, requests", "", counts.sharedLogRequests, 0, "requests"),
    figure("warm get, strict", "one log read, no body", counts.warmStrictRequests, 1, "requests"),
    figure("the same, its answer with a full log", "", counts.warmStrictBytes, 5_000, "bytes"),
    figure("100 concurrent gets of one key", asks(`${plain.crowd.requests} requests`), counts.crowdRequests, 3, "requests"),
    figure("cold get", asks(`${plain.get.requests} requests`), counts.coldGetRequests, 1, "requests"),
    figure("set again with the same tags", asks(`${plain.set.requests} requests`), counts.setAgainRequests, 1, "requests"),
    figure("revalidateTag over 10,000 entries", asks(`${peers.bigRevalidationRequests} requests`), counts.revalidateRequestsBefore, 1, "writes before it returns"),
    figure("bytes stored, 50 KB page", `JSON in a string: ${peers.entryAlone.set.bytesStored} bytes`, counts.storedBytes, 10_500, "bytes"),
    ...nodes.map((node) =>
      figure(`first answer, CPU over bare Node ${node}`, sdkCold(node, "cpuMs", "ms"), cold(node, own).cpuMs, 30, "ms", sampled("first answer, from the start of the process")),
    ),
    ...nodes.map((node) =>
      figure(`first answer, peak memory over bare Node ${node}`, sdkCold(node, "peakMb", "MB"), cold(node, own).peakMb, 9, "MB", WHY.memory),
    ),
    figure("sign 200 bytes (native core)", `@smithy/signature-v4 ${round(signing.smithyUs)} µs`, signing.ownUs, 10, "µs"),
    figure("wasm", "", counts.wasmBytes / 1_000, 200, "KB", whatTakesRoom(parts)),
    figure("wasm, gzipped", "", counts.wasmGzipBytes / 1_000, 85, "KB", whatTakesRoom(parts)),
    figure("npm package, unpacked", `AWS SDK ${round(sdk.bytes / 1e6)} MB`, packed.unpackedBytes / 1e6, 1, "MB", whatTakesRoom(parts)),
    figure("dependencies", `AWS SDK and its own: ${sdk.packages} packages`, packed.dependencies, 0, "packages"),
    figure("write units of a 50 KB page with rsc and segments", asks(`${plain.set.writeUnits} units`), counts.writeUnits, 12, "units"),
    figure("read units of it, eventual", `JSON in a string: ${peers.entryAlone.get.readUnits} units`, counts.eventualReadUnits, 1.5, "units"),
    figure("heap from 1,000 to 10,000 gets", sdkMemory ? `AWS SDK ${round(grew(sdkMemory))} MB` : "", grew(memory), 2, "MB"),
  ].filter(({ value }) => !Number.isNaN(value) || !quick);
}

/** @param {import("./wasm-parts.mjs").Part[]} parts of the core */
function whatTakesRoom(parts) {
  const kb = (/** @type {(part: string) => boolean} */ is) =>
    Math.round(parts.filter(({ part }) => is(part)).reduce((sum, { bytes }) => sum + bytes, 0) / 1_000);
  const [own, library, data] = [isOwn, isOf(LIBRARY), isOf(DATA)].map(kb);
  const crates = kb((part) => ![isOwn, isOf(LIBRARY), isOf(DATA), isOf(REST)].some((is) => is(part)));
  return `of the core this package's own code is ${own} KB, in many small functions ([by folder](#sizes)), Rust's library ${library}, all other crates ${crates}, and texts and tables ${data}; the package holds the core twice (inlined and compressed, and for bundlers), the modules of the command line and of the credential chain, and the window`;
}

/** Whether it holds, or by how much it misses. */
export function verdict({ value, goal, isAtLeast }) {
  if (isAtLeast ? value >= goal : value <= goal) {
    return "holds";
  }
  const percent = ((isAtLeast ? goal / value : value / goal) - 1) * 100;
  return `misses by ${percent.toFixed(percent < 10 ? 1 : 0)} %`;
}

function isOf(name) {
  return (part) => part === name;
}

/** @param {number} value */
export function round(value) {
  return value === undefined ? "–" : String(Number(value.toPrecision(value >= 1_000 ? 4 : 3)));
}

function row({ what, beats, value, shown, goal, unit, isAtLeast = false, why }) {
  const mark = unit === "×" ? (isAtLeast ? "at least " : "at most ") : "at most ";
  const valueShown = unit === "×" ? `${value.toFixed(2)} × (${shown})` : amount(value, unit);
  return { what, beats, value, shown: valueShown, goal, shownGoal: mark + amount(goal, unit), isAtLeast, why };
}

function amount(value, unit) {
  return `${round(value)} ${value === 1 ? unit.replace(/^(request|write)s/, "$1") : unit}`;
}
