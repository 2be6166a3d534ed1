// Where the time goes, by V8's own sampling, of what the goals are about. The module that ships has no names; pkg/core.symbols
// has them.

import { execFile } from "node:child_process";
import { mkdtemp, readFile, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { CLIENTS } from "./clients/clients.mjs";
import { SIZES, pageOf } from "./pages.mjs";
import { table } from "./table.mjs";

const HERE = fileURLToPath(new URL(".", import.meta.url));
const ROOT = fileURLToPath(new URL("..", import.meta.url));
const SHOWN = 16;
const OPERATION_MS = 4_000;
/** What is no work of anybody's. */
const IDLE = new Set(["(idle)", "(program)", "(root)"]);

/**
 * @typedef {object} Profile
 * @property {string} title
 * @property {number} busyMs
 * @property {{ what: string, where: string, share: number }[]} functions the most, from 0 to 1
 * @property {Record<Area, number>} areas shares, from 0 to 1
 */

/** @typedef {"Node" | "V8" | "WebAssembly" | "this package's JavaScript" | "the benchmark"} Area */

/** @type {{ title: string, script: string, args: (endpoint: string) => string[] }[]} */
const CASES = [
  ...[
    ["get", "50 KB"],
    ["get", "10 KB"],
    ["set", "50 KB"],
  ].map(([way, size]) => ({ title: titleOf(way, size), script: "worker.mjs", args: operation("this package", way, size) })),
  {
    title: "get from memory, tagFreshnessMs 1000",
    script: "worker.mjs",
    args: operation("this package, memory, tagFreshnessMs 1000", "get", "50 KB"),
  },
  { title: "first answer, from the start of the process", script: "cold.mjs", args: (endpoint) => ["this package", endpoint] },
];

/**
 * @param {{ url: string, control: (path: string) => Promise<unknown> }} stub
 * @returns {Promise<Profile[]>}
 */
export async function profile({ url, control }) {
  await control("/record");
  const client = await CLIENTS["this package"](url);
  await client.set("10 KB", pageOf(SIZES["10 KB"]));
  await client.get("10 KB");
  await control("/replay");
  const names = await symbols();
  const profiles = [];
  for (const { title, script, args } of CASES) {
    console.error(`profile: ${title}`);
    profiles.push({ title, ...(await sampled(join(HERE, script), args(url), names)) });
  }
  return profiles;
}

/** docs/profiles.md. @param {Profile[]} profiles */
export function profilesPage(profiles) {
  const sections = profiles.map(({ title, busyMs, areas, functions }) => {
    const rows = functions.map(({ share, what, where }) => [percent(share, 1), `\`${what}\``, where]);
    const text = `${Math.round(busyMs)} ms of samples: ${areasText(areas)}.`;
    return `## ${title}\n\n${text}\n\n${table(["share", "function", "where"], rows)}`;
  });
  return `${HEAD}\n${sections.join("\n\n")}\n`;
}

/** In a sentence: the areas, and the functions that take most. @param {Profile} profile */
export function whereTimeGoes({ areas, functions }) {
  const most = functions.slice(0, 4).map(({ what, where, share }) => `\`${what}\` (${where}) ${percent(share)}`);
  return `${areasText(areas)}; most of it in ${most.join(", ")}`;
}

/** @param {Profile["areas"]} areas */
function areasText(areas) {
  const shown = Object.entries(areas).sort(([, a], [, b]) => b - a).filter(([, share]) => share >= 0.01);
  return shown.map(([area, share]) => `${area} ${percent(share)}`).join(", ");
}

/** @param {number} share @param {number} [digits] */
function percent(share, digits = 0) {
  return `${(share * 100).toFixed(digits)} %`;
}

const HEAD = `# Profiles

Where the time goes in what [the benchmarks](benchmarks.md) measure: self time by V8's sampling (\`--cpu-prof\`), without what is idle.
\`npm run bench\` wrote this page, and \`npm run bench -- --profile\` writes it alone. *V8* is what has no file: the garbage collector, compiling, and the calls of the system
that Node makes; what *Node* has are its own modules.
`;

/** A set answers a get that called for a render, which is among its samples. @param {string} way @param {string} size */
function titleOf(way, size) {
  return way === "set" ? `set ${size}, and the get that calls for it` : `${way} ${size}`;
}

/** @param {string} name @param {string} way @param {string} size */
function operation(name, way, size) {
  return (/** @type {string} */ endpoint) => [
    JSON.stringify({ name, endpoint, spans: { [size]: { warmUpMs: OPERATION_MS, operationMs: OPERATION_MS } }, ways: [way] }),
  ];
}

/**
 * @param {string} script
 * @param {string[]} args
 * @param {Map<string, string>} names
 */
async function sampled(script, args, names) {
  const folder = await mkdtemp(join(tmpdir(), "profile-"));
  const flags = ["--cpu-prof", `--cpu-prof-dir=${folder}`, "--cpu-prof-interval=200"];
  await promisify(execFile)(process.execPath, [...flags, script, ...args], { env: { ...process.env, NODE_NO_WARNINGS: "1" } });
  const [file = ""] = await readdir(folder);
  const { nodes, samples, timeDeltas } = JSON.parse(await readFile(join(folder, file), "utf8"));
  await rm(folder, { recursive: true });
  const byId = new Map(nodes.map((node) => [node.id, node.callFrame]));
  /** @type {Map<string, { us: number, what: string, where: string, area: Area }>} */
  const totals = new Map();
  samples.forEach((id, index) => {
    const frame = byId.get(id);
    if (!IDLE.has(frame.functionName)) {
      const { what, where, area } = describe(frame, names);
      const total = totals.get(what + where) ?? { us: 0, what, where, area };
      totals.set(what + where, { ...total, us: total.us + timeDeltas[index] });
    }
  });
  const busyUs = [...totals.values()].reduce((sum, { us }) => sum + us, 0);
  const most = [...totals.values()].sort((a, b) => b.us - a.us).slice(0, SHOWN);
  const functions = most.map(({ us, what, where }) => ({ what, where, share: us / busyUs }));
  /** @type {Profile["areas"]} */
  const areas = { Node: 0, V8: 0, WebAssembly: 0, "this package's JavaScript": 0, "the benchmark": 0 };
  for (const { us, area } of totals.values()) {
    areas[area] += us / busyUs;
  }
  return { functions, areas, busyMs: busyUs / 1_000 };
}

/**
 * @param {{ functionName: string, url: string }} frame
 * @param {Map<string, string>} names
 * @returns {{ what: string, where: string, area: Area }}
 */
function describe({ functionName, url }, names) {
  const [, index] = /^wasm-function\[(\d+)\]$/.exec(functionName) ?? [];
  if (index !== undefined) {
    return { what: names.get(index) ?? functionName, where: "WebAssembly", area: "WebAssembly" };
  }
  const where = url.startsWith("node:") ? url : (url.split("/").at(-1)?.replace(/-[A-Z0-9]{8}\./, ".") ?? "");
  return { what: functionName.replace(/_[0-9a-f]{16}$/, "") || "(anonymous)", where: where || "V8", area: areaOf(url) };
}

/** @param {string} url @returns {Area} */
function areaOf(url) {
  if (!url || url.startsWith("wasm:")) {
    return url ? "WebAssembly" : "V8";
  }
  if (url.startsWith("node:")) {
    return "Node";
  }
  return url.startsWith(pathToFileURL(HERE).href) ? "the benchmark" : "this package's JavaScript";
}

/** @returns {Promise<Map<string, string>>} by the number that V8 gives a function */
async function symbols() {
  const lines = (await readFile(`${ROOT}pkg/core.symbols`, "utf8")).split("\n");
  return new Map(
    lines.flatMap((line) => {
      const at = line.indexOf(":");
      return at > 0 ? [[line.slice(0, at), readable(line.slice(at + 1))]] : [];
    }),
  );
}

/** Without the hashes that Rust adds. @param {string} name */
function readable(name) {
  return name.replaceAll(/::h[0-9a-f]{16}|\[[0-9a-f]{16}\]/g, "").replaceAll("|", "\\|");
}
