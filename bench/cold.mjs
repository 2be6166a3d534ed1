// From the start of the process to the first answer. Prints what the process took until then, and what of it the steps took.

import { readFileSync } from "node:fs";

const [name, endpoint] = process.argv.slice(2);
let compileMs = 0;
for (const step of ["Module", "Instance"]) {
  WebAssembly[step] = timed(WebAssembly[step]);
}
const began = cpuMs();
const client = await load();
const loaded = cpuMs();
await (client?.getEntry ?? client?.get)?.("10 KB");
const answered = cpuMs();
const { maxRSS } = process.resourceUsage();
const wallMs = performance.now();
const { version } = process;
const steps = { loadMs: loaded - began, requestMs: answered - loaded, compileMs };
console.log(JSON.stringify({ version, cpuMs: answered, wallMs, peakMb: peakKb() / 1_024, ...steps }));
process.exit();

async function load() {
  if (name === "bare") {
    return undefined;
  }
  if (name === "bundle") {
    const { awsSdk } = await import("./.cache/aws-sdk.bundle.mjs");
    return awsSdk(endpoint);
  }
  const { CLIENTS } = await import("./clients/clients.mjs");
  return CLIENTS[name](endpoint);
}

function cpuMs() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

/** The same, with its time added to `compileMs`. */
function timed(constructor) {
  return new Proxy(constructor, {
    construct(target, args) {
      const start = performance.now();
      const made = new target(...args);
      compileMs += performance.now() - start;
      return made;
    },
  });
}

/** Linux counts as a process's maximum also what its parent had when it was forked; VmHWM begins with its own program. */
function peakKb() {
  try {
    return Number(/^VmHWM:\s+(\d+)/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1] ?? maxRSS);
  } catch {
    return maxRSS;
  }
}
