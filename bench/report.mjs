// The tables of docs/benchmarks.md, and its plot.

import { round, verdict } from "./goals.mjs";
import { READ_DOLLARS, WRITE_DOLLARS, dollarsPerMillion } from "./operation-counts.mjs";
import { table } from "./table.mjs";


export function markdown({ rows, results }) {
  const { run, timings, coldStarts, memory, sdkMemory, counts, peers, sdk, packed, parts } = results;
  return `# Benchmarks

\`node bench/main.mjs\` wrote this page; with \`--quick\` it prints its table in two minutes. It installs what it compares with by itself, at
the versions in \`bench/package.json\`. Every client talks to the same stub of DynamoDB in a process of its own, over HTTP on loopback, with the same
pages; rounds are interleaved, figures are medians of ${run.rounds === 1 ? "one round" : `${run.rounds} rounds`}. Absolute figures are those of one busy machine: **trust the ratios**. The real DynamoDB adds
2 to 10 ms of waiting to each request, so on a large machine what differs is CPU and throughput, and on a small Lambda function also the time.

Time and CPU are those of a server in its **steady state**: in each round every client gets a new process, and each operation is repeated for a while
untimed, until V8 has compiled what it is going to, and then timed (${spansText(run.spans)}). What the first calls cost is measured apart, as the [cold start](#cold-start).

${run.machine}

![CPU per operation](benchmarks.svg)

## Goals

${table(
  ["what", "compared with", "figure", "goal", ""],
  rows.map((row) => [row.what, row.beats, row.shown, row.shownGoal, verdict(row)]),
)}
${misses(rows)}
The *plain handler* (\`bench/clients/plain-handler.mjs\`) is what is usually written on a client: JSON in a string attribute; a get is \`GetItem\` and then a
\`BatchGetItem\` of the tags' times; a set is \`PutItem\` and a \`BatchWriteItem\` of a row per tag for the index; a revalidation is \`PutItem\` of the tag's time, and queries and
batches of deletes of what the index shows. Its reads are eventually consistent. *Entry alone* leaves the tags out, and with them every promise of revalidation.

## Time and CPU of one operation

µs, median time [CPU of the process].

${timingTable(timings)}

A get is of the page of the get before, whose request was signed in the same second and is not signed again. Where two pages of 10 KB are got in turns, a get takes
${round(cpuOf(timings, "this package", "get in turns"))} µs of CPU, and the floor's ${round(cpuOf(timings, "floor (node:http)", "get in turns"))}.

## Throughput, 64 gets of different 50 KB pages at once

${table(
  ["client", "gets a second", "CPU µs for each"],
  timings.filter(({ way }) => way === "get at 64").map((t) => [t.name, round(t.perSecond), round(t.cpuUs)]),
)}

## Cold start

From the start of the process to the first answer of a 10 KB page, over a bare process of the same Node, whose own figures tell how fast the machine is. Its steps, in
CPU ms: loading the modules, and the first request; and the time, in one of them or the other, in which WebAssembly is compiled and instantiated.

${table(
  ["Node", "client", "CPU ms", "ms", "peak MB", "loading", "first request", "WebAssembly"],
  coldStarts.map((start) => [start.version, start.name, ...STEPS.map((step) => (start[step] >= 0.1 ? round(start[step]) : "–"))]),
)}

## Memory after gets of a 10 KB page

On the heap and outside it, after a collection, and resident.

${table(
  ["client", "after 1,000, MB", "resident", "after 10,000, MB", "resident"],
  [
    ["this package", memory],
    ["AWS SDK", sdkMemory],
  ].map(([name, { first, last }]) => [name, round(first.heapMb), round(first.rssMb), round(last.heapMb), round(last.rssMb)]),
)}

## Requests, capacity units and dollars

On-demand prices of us-east-1: $${WRITE_DOLLARS} and $${READ_DOLLARS} for a million write and read units. A 50 KB page with its rsc payload and segments, six tags.
Counted by the stub by [DynamoDB's rules](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html); bytes are those of bodies, without headers.
${sharedColumn(peers)}

${operationTable(counts, peers)}

This package's reads are strongly consistent, at twice the units; the others' are not. A revalidation's row has what is done behind it as well: the others delete before they return,
this package has returned after the first request. A get from memory is ${counts.warmStrictRequests} request and ${counts.warmStrictUnits} read unit where it is strict (${dollars(counts.warmStrictUnits * READ_DOLLARS)} per million), and ${counts.sharedLogRequests} within \`tagFreshnessMs\`.

## Sizes

The WebAssembly module is ${round(counts.wasmBytes / 1_000)} KB, ${round(counts.wasmGzipBytes / 1_000)} KB gzipped; the npm package ${round(packed.unpackedBytes / 1_000)} KB unpacked, with
${packed.dependencies} dependencies. \`@aws-sdk/client-dynamodb\` is ${round(sdk.bytes / 1_000)} KB in ${sdk.packages} packages, as they are installed. What one instance costs a fleet is in [scale.md](scale.md).

What the module is made of, by the crate or the folder that each function comes from. Of the crates that the package is built with, \`serde-wasm-bindgen\` is in the command line's module alone.

${table(
  ["part", "KB", "of the module"],
  parts.map(({ part, bytes }) => [part, (bytes / 1_000).toFixed(1), `${((bytes / counts.wasmBytes) * 100).toFixed(1)} %`]),
)}
`;
}

const STEPS = ["cpuMs", "wallMs", "peakMb", "loadMs", "requestMs", "compileMs"];

/** What the README shows of it, by the names in goals.mjs: rows whose both sides were measured or counted here. */
const SHOWN_TO_STRANGERS = [
  "get 50 KB page, CPU",
  "set 50 KB page, CPU",
  "throughput at 64, get 50 KB",
  "warm get, tagFreshnessMs 1000, CPU",
  "cold get",
  "100 concurrent gets of one key",
  "revalidateTag over 10,000 entries",
  "bytes stored, 50 KB page",
  "write units of a 50 KB page with rsc and segments",
  "read units of it, eventual",
  "first answer, CPU over bare Node",
  "npm package, unpacked",
  "dependencies",
];

/** @param {import("./goals.mjs").Row[]} rows */
export function readmeTable(rows) {
  const first = SHOWN_TO_STRANGERS.flatMap((shown) => {
    const named = rows.filter(({ what }) => (shown.endsWith("Node") ? what.startsWith(shown) : what === shown));
    // The first row of a name compares with what is usual; each Node has a name of its own.
    return shown.endsWith("Node") ? named : named.slice(0, 1);
  });
  return table(
    ["what", "compared with", "this package"],
    first.map(({ what, beats, shown }) => [what, beats, shown]),
  );
}

/** Bars of the CPU of a get and a set, in colours that both themes show. */
export function svg(timings) {
  const shown = timings.filter(({ size, way }) => size === "50 KB" && (way === "get" || way === "set"));
  const most = Math.max(...shown.map(({ cpuUs }) => cpuUs));
  const names = [...new Set(shown.map(({ name }) => name))].sort((a, b) => cpuOf(shown, a, "get") - cpuOf(shown, b, "get"));
  const height = 50 + names.length * 44;
  const bars = names.flatMap((name, index) =>
    ["get", "set"].map((way, lane) => {
      const cpuUs = cpuOf(shown, name, way);
      const y = 42 + index * 44 + lane * 17;
      const label = lane === 0 ? `<text x="290" y="${y + 18}" text-anchor="end">${name}</text>` : "";
      return cpuUs === undefined
        ? label
        : `${label}<rect class="${way}" x="300" y="${y}" width="${((cpuUs / most) * 400).toFixed(1)}" height="14" rx="2"/><text x="${306 + (cpuUs / most) * 400}" y="${y + 11}">${round(cpuUs)}</text>`;
    }),
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 780 ${height}" width="780" height="${height}" role="img" aria-label="CPU of a get and a set of a 50 KB page, microseconds">
<style>
text { font: 12px system-ui, sans-serif; fill: #57606a; }
.get { fill: #2f81f7; }
.set { fill: #d29922; }
@media (prefers-color-scheme: dark) { text { fill: #b1bac4; } }
</style>
<text x="300" y="22">CPU of one operation on a 50 KB page, µs</text>
<rect class="get" x="580" y="11" width="12" height="12"/><text x="597" y="22">get</text><rect class="set" x="640" y="11" width="12" height="12"/><text x="657" y="22">set</text>
${bars.join("\n")}
</svg>
`;
}

function timingTable(timings) {
  const columns = ["get", "set"].flatMap((way) =>
    [...new Set(timings.map(({ size }) => size))].map((size) => ({ way, size })),
  );
  const names = [...new Set(timings.map(({ name }) => name))];
  const cell = (name, { way, size }) => {
    const found = timings.find((t) => t.name === name && t.way === way && t.size === size);
    return found ? `${round(found.p50Us)} [${round(found.cpuUs)}]` : "–";
  };
  return table(
    ["client", ...columns.map(({ way, size }) => `${way} ${size}`)],
    names.map((name) => [name, ...columns.map((column) => cell(name, column))]),
  );
}

const OPERATIONS = {
  get: "get, not in memory",
  crowd: "100 concurrent gets of one key",
  firstSet: "set, first time",
  set: "set again with the same tags",
  revalidateTag: "revalidateTag, of one entry",
};

/** @param {any} counts @param {import("./peer-counts.mjs").PeerCounts} peers */
function operationTable({ operations }, { plain, entryAlone }) {
  const handlers = [
    { name: "this package", operations },
    ...plain.map(({ clients, operations }) => ({
      name: plain.length === 1 ? "plain handler" : `plain handler (${clients.join(", ")})`,
      operations,
    })),
    { name: "plain handler, entry alone", operations: entryAlone },
  ];
  return table(
    ["operation", "handler", "requests", "bytes sent", "bytes received", "write units", "read units", "dollars per million"],
    Object.entries(OPERATIONS).flatMap(([operation, text]) =>
      handlers.flatMap(({ name, operations: { [operation]: count } }) =>
        count ? [[text, name, count.requests, count.bytesSent, count.bytesReceived, count.writeUnits, count.readUnits, dollars(dollarsPerMillion(count))]] : [],
      ),
    ),
  );
}

/** @param {import("./peer-counts.mjs").PeerCounts} peers */
function sharedColumn({ plain: [first, ...others] }) {
  return others.length === 0
    ? `${first.clients.join(", ")} have the same plain handler here; each was counted, and each asks for the same, so that one row stands for all.`
    : "Clients that ask for the same have one row.";
}

function misses(rows) {
  const missed = rows.filter((row) => verdict(row) !== "holds" && row.why);
  const reasons = [...new Set(missed.map(({ why }) => why))];
  const lines = reasons.map((why) => {
    const of = [...new Set(missed.filter((row) => row.why === why).map(({ what }) => what))];
    return `- **${of.join("; ")}**. ${why}.`;
  });
  const head = "Where the time goes, in samples under `--cpu-prof` ([profiles](profiles.md)), and what takes room, in what misses its goal:";
  return lines.length > 0 ? `\n${head}\n\n${lines.join("\n")}\n` : "";
}

/** How long operations are repeated, sizes that have the same together. */
function spansText(spans) {
  const sizes = new Map();
  for (const [size, { warmUpMs, operationMs }] of Object.entries(spans)) {
    const text = `${warmUpMs / 1_000} s, then ${operationMs / 1_000} s`;
    sizes.set(text, [...(sizes.get(text) ?? []), size]);
  }
  return [...sizes].map(([text, of]) => `${of.join(" and ")}: ${text}`).join("; ");
}

function cpuOf(timings, name, way) {
  return timings.find((timing) => timing.name === name && timing.way === way)?.cpuUs;
}

function dollars(value) {
  return `$${value.toFixed(2)}`;
}
