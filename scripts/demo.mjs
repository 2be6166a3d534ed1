// `npm run demo`: two Next servers that share one cache in DynamoDB, and a window on its table, from a clean clone.

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { build, createTable, install, pack, startInstance } from "./demo/application.mjs";
import { startDynalite } from "./demo/dynalite.mjs";
import { freePort } from "./demo/ports.mjs";
import { run, stopAll } from "./demo/processes.mjs";
import { startWindow } from "./demo/window.mjs";

const ROOT = join(import.meta.dirname, "..");
const FOLDER = join(ROOT, ".cache/demo");
const LOGS = join(FOLDER, "logs");

let stopping = false;
for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"])) {
  process.on(signal, end);
}

main().catch(async (error) => {
  if (!stopping) {
    console.error(`\n\nThe demo could not be started: ${error.message}`);
    await stopAll();
    process.exit(1);
  }
});

async function main() {
  mkdirSync(LOGS, { recursive: true });
  console.log("\nOne cache, two servers: a Next.js application whose cache is in DynamoDB\n");
  console.log("  Build the package: minutes at the first time, as its tools are installed");
  await run("node", [join(ROOT, "scripts/build.mjs")], { cwd: ROOT, log: join(LOGS, "package.log"), echo: true });
  await step("Pack and install it in the application", async () => {
    const tarball = await pack(join(ROOT, ".cache/pack"));
    await install({ folder: FOLDER, sources: [join(ROOT, "demo")], tarball });
  });
  const { endpoint } = await step("Start an embedded DynamoDB", () => startDynalite({ log: join(LOGS, "dynalite.log") }));
  await step("Create the table", () => createTable(FOLDER, endpoint));
  await step("next build", () => build(FOLDER));
  const { address } = await step("Open the window on the table", () => startWindow(FOLDER, endpoint));
  const instances = await step("next start, twice", () => startBoth(endpoint, address));
  console.log(invitation(instances, endpoint, address));
}

/**
 * @param {string} endpoint
 * @param {string} window where they report to
 */
async function startBoth(endpoint, window) {
  const first = await freePort(3000);
  const ports = [first, await freePort(first + 1)];
  const instances = ["A", "B"].map((name, index) => ({ name, url: `http://localhost:${ports[index]}` }));
  const env = { INSTANCES: JSON.stringify(instances), NEXT_CACHE_WINDOW_URL: window };
  return Promise.all(
    instances.map(async ({ name }, index) => {
      const instance = await startInstance(FOLDER, { name, port: ports[index], endpoint, env });
      instance.ended.then((how) => {
        if (!stopping) {
          console.error(`\nInstance ${name} ${how}\n\n${instance.output()}`);
          stopAll().then(() => process.exit(1));
        }
      });
      return instance;
    }),
  );
}

/**
 * @param {{ name: string, url: string }[]} instances
 * @param {string} endpoint
 * @param {string} window
 */
function invitation(instances, endpoint, window) {
  const lines = instances.map(({ name, url }) => `  Instance ${name}   ${url}`);
  return `
${lines.join("\n")}
  DynamoDB     ${endpoint}
  Window       ${window}

  Open either one, and try:
   1. Visit News on A: a hit, from the build's own output.
   2. Revalidate it on A, and visit it on B: it is rendered anew. Visit it on A: a hit on what B has rendered.
   3. Visit Story on A, then on B: rendered once, served by both.
   4. Look at the rows that this has left in the table, and beside it at the window: why each entry is a hit or a
      miss, the log of revalidations, what both instances do.

  Ctrl-C stops everything.
`;
}

/**
 * @template T
 * @param {string} name
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
async function step(name, work) {
  const began = performance.now();
  process.stdout.write(`  ${name} … `);
  const result = await work();
  console.log(`${((performance.now() - began) / 1000).toFixed(1)} s`);
  return result;
}

async function end() {
  if (stopping) {
    return;
  }
  stopping = true;
  console.log("\nStopping …");
  await stopAll();
  process.exit(0);
}
