// What a soak came to, in numbers.

/** @typedef {import("./soak.mjs").Result} Result */

/**
 * @param {number[]} values
 * @param {number} share from 0 to 1
 */
export function percentile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

/** @param {Result} result */
export function summaryOf({ startedAt, endedAt, samples, phases, recoveries, sockets, memory, violations }) {
  const inFault = (/** @type {number} */ at) => phases.some((phase) => at >= phase.startedAt && at <= phase.endedAt);
  /** @param {string} call @param {boolean} faulty */
  const line = (call, faulty) => {
    const chosen = samples.filter((sample) => sample.call === call && inFault(sample.startedAt) === faulty);
    const ms = chosen.map((sample) => sample.endedAt - sample.startedAt);
    /** @type {Record<string, number>} */
    const outcomes = {};
    chosen.forEach(({ outcome }) => (outcomes[outcome] = (outcomes[outcome] ?? 0) + 1));
    const shown = Object.entries(outcomes).map(([outcome, count]) => `${outcome} ${count}`);
    const times = [0.5, 0.99, 1].map((share) => percentile(ms, share).toFixed(0)).join(" / ");
    return `| ${call} | ${faulty ? "fault" : "calm"} | ${chosen.length} | ${times} | ${shown.join(", ")} |`;
  };
  const worst = recoveries.reduce((most, next) => (next.ms > most.ms ? next : most), { fault: "none", ms: 0 });
  return [
    `${((endedAt - startedAt) / 1000).toFixed(0)} s, two instances, ${phases.length} faults, ${samples.length} calls`,
    "",
    "| call | while | calls | ms p50 / p99 / most | outcomes |",
    "|---|---|---|---|---|",
    ...["get", "set", "revalidate"].flatMap((call) => [line(call, false), line(call, true)]),
    "",
    `hits back after a fault: at the latest after ${worst.ms} ms (${worst.fault})`,
    `sockets: at most ${Math.max(...sockets.map(({ count }) => count))}, ${sockets.at(-1)?.count} after the end`,
    `memory held, of one instance: ${Math.round(Math.max(0, ...memory.map((at) => at.heapUsed + at.arrayBuffers)) / 1e6)} MB at most`,
    violations.length === 0 ? "all that must hold held" : `${violations.length} violations:\n${violations.slice(0, 20).join("\n")}`,
  ].join("\n");
}
