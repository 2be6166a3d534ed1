// How many tests ran, by what cargo and Node say at the end. A test that was skipped has failed, and so has a step that
// ran none: nothing passes by not running.

/** @typedef {{ passed: number, failed: number, why?: string }} Counts */

/**
 * @param {"cargo" | "node"} runner
 * @param {string} output
 * @param {string | undefined} why the program failed, if it did
 * @returns {Counts}
 */
export function countTests(runner, output, why) {
  const { passed, failed, skipped } = runner === "cargo" ? cargoCounts(output) : nodeCounts(output);
  if (skipped > 0) {
    return { passed, failed: failed + skipped, why: why ?? `${skipped} skipped` };
  }
  if (passed + failed === 0) {
    return { passed, failed: 1, why: why ?? "no test ran" };
  }
  return why ? { passed, failed: Math.max(failed, 1), why } : { passed, failed };
}

/**
 * @param {string | undefined} why
 * @returns {Counts}
 */
export function countChecks(why) {
  return why ? { passed: 0, failed: 1, why } : { passed: 1, failed: 0 };
}

/** @param {string} output with a line for each test binary: "test result: ok. 3 passed; 0 failed; 0 ignored; …" */
function cargoCounts(output) {
  const totals = { passed: 0, failed: 0, skipped: 0 };
  for (const [, passed, failed, ignored] of output.matchAll(
    /^test result: \w+\. (\d+) passed; (\d+) failed; (\d+) ignored/gm,
  )) {
    totals.passed += Number(passed);
    totals.failed += Number(failed);
    totals.skipped += Number(ignored);
  }
  return totals;
}

/** @param {string} output that ends with lines such as "ℹ pass 3" */
function nodeCounts(output) {
  /** @param {string} name */
  const last = (name) => Number([...output.matchAll(new RegExp(`^ℹ ${name} (\\d+)$`, "gm"))].at(-1)?.[1] ?? 0);
  return { passed: last("pass"), failed: last("fail") + last("cancelled"), skipped: last("skipped") + last("todo") };
}
