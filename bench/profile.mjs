// `npm run bench -- --profile`: where the time goes, by V8's own sampling, of what the goals are about. The module that ships
// has no names; pkg/core.symbols has them.

import { execFile } from "node:child_process";
import { mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { CLIENTS } from "./clients/clients.mjs";
import { SIZES, pageOf } from "./pages.mjs";
import { table } from "./report.mjs";

const HERE = fileURLToPath(new URL(".", import.meta.url));
const ROOT = fileURLToPath(new URL("..", import.meta.url));
const SHOWN = 16;
const OPERATION_MS = 1_500;
/** What is no work of anybody's. */
const IDLE = new Set(["(idle)", "(program)", "(root)"]);

/** @type {{ title: string, script: string, args: (endpoint: string) => string[] }[]} */
const CASES = [
  ...[
    ["get", "50 KB"],
    ["get", "10 KB"],
    ["set", "50 KB"],
  ].map(([way, size]) => ({ title: `${way} ${size}`, script: "worker.mjs", args: operation("this package", way, size) })),
  {
    title: "get from memory, tagFreshnessMs 1000",
    script: "worker.mjs",
    args: operation("this package, memory, tagFreshnessMs 1000", "get", "50 KB"),
  },
  { title: "first answer, from the start of the process", script: "cold.mjs", args: (endpoint) => ["this package", endpoint] },
];

/** @param {{ url: string, control: (path: string) => Promise<unknown> }} stub */
export async function profile({ url, control }) {
  await control("/record");
  const client = await CLIENTS["this package"](url);
  await client.set("10 KB", pageOf(SIZES["10 KB"]));
  await client.get("10 KB");
  await control("/replay");
  const names = await symbols();
  const sections = [];
  for (const { title, script, args } of CASES) {
    console.error(`profile: ${title}`);
    const { rows, busyMs } = await sampled(join(HERE, script), args(url), names);
    sections.push(`## ${title}\n\n${Math.round(busyMs)} ms of samples.\n\n${table(["share", "function", "where"], rows)}`);
  }
  await writeFile(`${ROOT}docs/profiles.md`, `${HEAD}\n${sections.join("\n\n")}\n`);
}

const HEAD = `# Profiles

Where the time goes in what [the benchmarks](benchmarks.md) measure: self time by V8's sampling (\`--cpu-prof\`), without what is idle.
\`npm run bench -- --profile\` wrote this page.
`;

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
  /** @type {Map<string, { us: number, what: string, where: string }>} */
  const totals = new Map();
  samples.forEach((id, index) => {
    const frame = byId.get(id);
    if (!IDLE.has(frame.functionName)) {
      const { what, where } = describe(frame, names);
      const total = totals.get(what + where) ?? { us: 0, what, where };
      totals.set(what + where, { ...total, us: total.us + timeDeltas[index] });
    }
  });
  const busyUs = [...totals.values()].reduce((sum, { us }) => sum + us, 0);
  const most = [...totals.values()].sort((a, b) => b.us - a.us).slice(0, SHOWN);
  const rows = most.map(({ us, what, where }) => [`${((us / busyUs) * 100).toFixed(1)} %`, `\`${what}\``, where]);
  return { rows, busyMs: busyUs / 1_000 };
}

/** @param {{ functionName: string, url: string }} frame @param {Map<string, string>} names */
function describe({ functionName, url }, names) {
  const [, index] = /^wasm-function\[(\d+)\]$/.exec(functionName) ?? [];
  if (index !== undefined) {
    return { what: names.get(index) ?? functionName, where: "WebAssembly" };
  }
  const where = url.startsWith("node:") ? url : (url.split("/").at(-1)?.replace(/-[A-Z0-9]{8}\./, ".") ?? "");
  return { what: functionName.replace(/_[0-9a-f]{16}$/, "") || "(anonymous)", where: where || "V8" };
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
