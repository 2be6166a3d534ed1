// Asks every runtime everything, on one table: each reads what the others wrote.

import { createCacheTable } from "../../js/create-table.mjs";
import { stop } from "../../scripts/demo/processes.mjs";
import { EMULATOR_CREDENTIALS, startEmulator } from "../emulators.mjs";
import { installPackage, installRuntimes, removePackage } from "./installation.mjs";
import { RUNTIMES, startRuntime } from "./runtimes.mjs";

/** @typedef {{ runtime: import("./runtimes.mjs").Runtime, failures: Record<string, string> }} Row no failure: it works */

/** The columns; of more than one step, all runtimes do the first before one does the second. */
/** @type {Record<string, string[]>} */
export const COLUMNS = {
  loads: ["loads"],
  set: ["set"],
  get: ["get"],
  "concurrent gets": ["concurrent"],
  revalidateTag: ["revalidateTag", "isRevalidated"],
  "large value": ["setLarge", "getLarge"],
  breaker: ["storeDown", "breaker"],
};

const OPTIONS = {
  tableName: "runtimes",
  region: "eu-central-1",
  credentials: EMULATOR_CREDENTIALS,
  // A machine that runs all of them is slow.
  readTimeoutMs: 10_000,
  coldTimeoutMs: 10_000,
  writeTimeoutMs: 20_000,
};
/** Nothing listens there. */
const NOWHERE = { endpoint: "http://127.0.0.1:9", readTimeoutMs: 300, coldTimeoutMs: 300, writeTimeoutMs: 600 };
const STEP_MS = 60_000;

/** @returns {Promise<Row[]>} */
export async function fillTable() {
  const [modules, folder] = [await installRuntimes(), await installPackage()];
  const { endpoint, stop: stopEmulator } = await startEmulator("dynalite");
  const options = { ...OPTIONS, endpoint };
  /** @type {(Row & { started?: import("./runtimes.mjs").Started })[]} */
  const rows = RUNTIMES.map((runtime) => ({ runtime, failures: {} }));
  try {
    await createCacheTable(options);
    for (const row of rows) {
      row.started = await startRuntime(row.runtime, { modules, folder }).catch((error) => {
        row.failures.loads = error.message;
        return undefined;
      });
    }
    for (const [column, steps] of Object.entries(COLUMNS)) {
      for (const step of steps) {
        await askAll(rows, column, step, options);
      }
    }
    return rows.map(({ runtime, failures }) => ({ runtime, failures }));
  } finally {
    await Promise.all(rows.map(({ started }) => started && stop(started.process)));
    await stopEmulator();
    await removePackage(folder);
  }
}

/**
 * @param {(Row & { started?: import("./runtimes.mjs").Started })[]} rows
 * @param {string} column
 * @param {string} cell
 * @param {object} options
 */
async function askAll(rows, column, cell, options) {
  const others = rows.filter(({ failures }) => !failures.loads).map(({ runtime }) => runtime.name);
  for (const { runtime, failures, started } of rows) {
    if (failures[column] || failures.loads) {
      continue;
    }
    const task = { cell, me: runtime.name, others, options, nowhere: NOWHERE };
    const answers = [ask(started?.url ?? "", task)];
    // Requests at once, which in some runtimes may not touch what belongs to another.
    while (cell === "concurrent" && !runtime.oneAtATime && answers.length < 8) {
      answers.push(ask(started?.url ?? "", task));
    }
    const failed = (await Promise.all(answers)).find(({ ok }) => !ok);
    if (failed) {
      failures[column] = `${cell}: ${failed.why}`;
    }
  }
}

/**
 * @param {string} url
 * @param {object} task
 * @returns {Promise<{ ok: boolean, why?: string }>}
 */
async function ask(url, task) {
  try {
    const signal = AbortSignal.timeout(STEP_MS);
    const response = await fetch(url, { method: "POST", body: JSON.stringify(task), signal });
    const text = await response.text();
    return response.ok ? JSON.parse(text) : { ok: false, why: `${response.status} ${text}` };
  } catch (error) {
    return { ok: false, why: String(error) };
  }
}
