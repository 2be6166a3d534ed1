// Which checks run where, and what the control makes of them.

import assert from "node:assert/strict";
import { THEMES } from "./checks/index.mjs";

/** @typedef {import("./checks/check.mjs").Check} Check */
/** @typedef {import("./environment.mjs").Environment} Environment */
/** @typedef {import("./words.mjs").Next} Next */
/** @typedef {{ theme: string, name: string, promise: string, run: (environment: Environment) => Promise<void> }} Test */

/** DynamoDB Local unless TEST_EMULATOR names dynalite: how it treats the rows is nearer to DynamoDB's own way. */
export const EMULATOR = /** @type {import("../emulators.mjs").EmulatorName} */ (
  process.env.TEST_EMULATOR || "dynamodb-local"
);

/**
 * The checks of this package's handler on a version.
 *
 * @param {Next} next
 * @returns {Test[]}
 */
export function testsOf(next) {
  return applicable(next).map(({ theme, check, id }) => ({
    theme,
    name: check.name,
    promise: check.promise,
    run: (environment) => check.run({ ...environment, id }),
  }));
}

/**
 * The same checks with Next's own handler: those that it cannot pass have to fail, so that a wrong expectation shows.
 *
 * @param {Next} next
 * @returns {Test[]}
 */
export function controlsOf(next) {
  const comparable = applicable(next).filter(({ check }) => !check.withoutControl);
  return comparable.map(({ theme, check, id }) => {
    const why = typeof check.beyondNext === "function" ? check.beyondNext(next) : check.beyondNext;
    return {
      theme,
      name: why ? `${check.name} [not in Next: ${why}]` : check.name,
      promise: check.promise,
      run: async (environment) => {
        const outcome = check.run({ ...environment, id });
        await (why ? assert.rejects(outcome, assert.AssertionError) : outcome);
      },
    };
  });
}

/** @param {Next} next */
function applicable(next) {
  const all = Object.entries(THEMES).flatMap(([theme, checks]) => checks.map((check) => ({ theme, check })));
  return all.map(({ theme, check }, index) => ({ theme, check, id: `c${index}` })).filter(({ check }) => check.on?.(next) ?? true);
}
