#!/usr/bin/env node
// `npm run chaos`: five minutes of three real servers while instances freeze and die, and the revalidation log is deleted, or, with
// `-- --trouble weather`, each server's network fails in its own way. `--seconds N` for another length, `--next VERSION` and
// `--application routers` or `use-cache` for other servers, `--freshness N` for servers with `tagFreshnessMs`. It fails when something
// stale was served.

import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { ScriptError, run, runScript } from "./command.mjs";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

await runScript(async () => {
  const { values } = parseArgs({
    options: {
      seconds: { type: "string", default: "300" },
      next: { type: "string", default: "16.4.6" },
      application: { type: "string", default: "routers" },
      trouble: { type: "string", default: "losses" },
      freshness: { type: "string", default: "0" },
    },
  });
  const { application, next, trouble } = values;
  const [seconds, tagFreshnessMs] = [Number(values.seconds), Number(values.freshness)];
  if (!(seconds > 0)) {
    throw new ScriptError(`--seconds takes a number, not ${values.seconds}`);
  }
  if (!(tagFreshnessMs >= 0)) {
    throw new ScriptError(`--freshness takes milliseconds, not ${values.freshness}`);
  }
  if (trouble !== "losses" && trouble !== "weather") {
    throw new ScriptError(`--trouble takes losses or weather, not ${trouble}`);
  }
  await run(process.execPath, ["scripts/build.mjs"], { cwd: ROOT });
  const { chaos } = await import("../tests/versions/chaos.mjs");
  const outcome = await chaos(application, next, { trouble, seconds, tagFreshnessMs, progress: console.log });
  console.log(outcome);
  process.exitCode = outcome.violations.length === 0 ? 0 : 1;
});
