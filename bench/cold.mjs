// From the start of the process to the first answer. Prints what the process took until then.

import { readFileSync } from "node:fs";

const [name, endpoint] = process.argv.slice(2);
if (name === "bundle") {
  const { awsSdk } = await import("./.cache/aws-sdk.bundle.mjs");
  await awsSdk(endpoint).getEntry("10 KB");
} else if (name !== "bare") {
  const { CLIENTS } = await import("./clients/clients.mjs");
  const client = await CLIENTS[name](endpoint);
  await (client.getEntry ?? client.get)("10 KB");
}
const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
const wallMs = performance.now();
const { version } = process;
console.log(JSON.stringify({ version, cpuMs: (userCPUTime + systemCPUTime) / 1_000, wallMs, peakMb: peakKb() / 1_024 }));
process.exit();

/** Linux counts as a process's maximum also what its parent had when it was forked; VmHWM begins with its own program. */
function peakKb() {
  try {
    return Number(/^VmHWM:\s+(\d+)/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1] ?? maxRSS);
  } catch {
    return maxRSS;
  }
}
