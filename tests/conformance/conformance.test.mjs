// Next's real IncrementalCache, of every supported interface, with this package's handler: two processes, one table.
// And the same checks with Next's own handler, on one instance, as the control.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { startEmulator } from "../emulators.mjs";
import { startEnvironment } from "./environment.mjs";
import { EMULATOR, controlsOf, testsOf } from "./suite.mjs";
import { VERSIONS } from "./versions.mjs";
import { nextOf } from "./words.mjs";

const folder = await mkdtemp(join(tmpdir(), "conformance-"));
const emulator = await startEmulator(EMULATOR);

after(async () => {
  await emulator.stop();
  await rm(folder, { recursive: true, force: true });
});

for (const version of VERSIONS) {
  suite(`next ${version}`, version, testsOf(nextOf(version)), emulator.endpoint);
  suite(`control: next ${version} with its own handler`, version, controlsOf(nextOf(version)));
}

/**
 * @param {string} title
 * @param {string} version
 * @param {import("./suite.mjs").Test[]} tests
 * @param {string} [endpoint]
 */
function suite(title, version, tests, endpoint) {
  // Most of the time of a check is waiting for a lifetime to pass.
  describe(title, { concurrency: 8 }, () => {
    /** @type {import("./environment.mjs").Environment} */
    let environment;
    before(async () => (environment = await startEnvironment(version, { folder, ...(endpoint && { endpoint }) })));
    after(() => environment.stop());
    for (const { theme, name, run } of tests) {
      test(`${theme}: ${name}`, () => run(environment));
    }
  });
}
