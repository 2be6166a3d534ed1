#!/usr/bin/env node
// `npm run soak`: ten minutes of load on two instances while every fault comes and goes. `-- --minutes N` for another
// length. It prints what it came to, draws .cache/soak/soak.svg, and fails when something did not hold.

import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { ScriptError, run, runScript } from "./command.mjs";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const FOLDER = join(ROOT, ".cache/soak");
const FAULT_MS = 6_000;

await runScript(async () => {
  const { values } = parseArgs({ options: { minutes: { type: "string", default: "10" } } });
  const minutes = Number(values.minutes);
  if (!(minutes > 0)) {
    throw new ScriptError(`--minutes takes a number, not ${values.minutes}`);
  }
  await run(process.execPath, ["scripts/build.mjs"], { cwd: ROOT });
  const { SOAKED, soak } = await import("../tests/soak/soak.mjs");
  const { plotOf } = await import("../tests/soak/plot.mjs");
  const { summaryOf } = await import("../tests/soak/summary.mjs");
  const turns = Math.max(1, Math.floor((minutes * 60_000) / (2 * FAULT_MS)));
  const faults = Array.from({ length: turns }, (_, turn) => SOAKED[turn % SOAKED.length]?.name ?? "");
  const result = await soak({ calmMs: FAULT_MS, faultMs: FAULT_MS, faults, progress: console.log });
  await mkdir(FOLDER, { recursive: true });
  await writeFile(join(FOLDER, "soak.svg"), plotOf(result));
  console.log(`\n${summaryOf(result)}\n\nplot: ${join(FOLDER, "soak.svg")}`);
  process.exitCode = result.violations.length === 0 ? 0 : 1;
});
