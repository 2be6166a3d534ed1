// moto's DynamoDB, IAM and STS with authentication switched on: it computes each signature by botocore, so that what
// it accepts was signed as AWS wants it, and by nobody's word of ours.
// https://docs.getmoto.org/en/latest/docs/iam.html

import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync } from "node:fs";
import { rename } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { run } from "../../scripts/demo/processes.mjs";
import { freePort } from "../emulators.mjs";

const VERSION = "5.2.5";
const START_MS = 60_000;

/** @typedef {Awaited<ReturnType<typeof startMoto>>} Moto */

export async function startMoto() {
  const program = await install();
  const port = await freePort();
  const child = spawn(program, ["-m", "moto.server", "-H", "127.0.0.1", "-p", String(port)], { stdio: "ignore" });
  const ended = once(child, "exit");
  const kill = () => child.kill("SIGKILL");
  process.once("exit", kill);
  const endpoint = `http://127.0.0.1:${port}`;
  await answers(`${endpoint}/moto-api/`);
  return {
    endpoint,
    iam: (/** @type {Record<string, string>} */ fields) => ask(endpoint, "iam", { Version: "2010-05-08", ...fields }),
    cloudWatch: (/** @type {Record<string, string>} */ fields) => ask(endpoint, "monitoring", { Version: "2010-08-01", ...fields }),
    /** From now on everything has to be signed, and allowed. */
    async demandSignatures() {
      await fetch(`${endpoint}/moto-api/reset-auth`, { method: "POST", body: "0" });
    },
    async stop() {
      process.off("exit", kill);
      kill();
      await ended;
    },
  };
}

/** Once per user, beside the other tools of these tests. @returns {Promise<string>} its Python */
async function install() {
  const cached = join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "nextjs-dynamodb-cache");
  const place = join(cached, `moto-${VERSION}`);
  if (!existsSync(place)) {
    mkdirSync(cached, { recursive: true });
    const scratch = `${place}-${process.pid}`;
    const log = join(cached, `moto-${VERSION}.log`);
    await run("python3", ["-m", "venv", scratch], { cwd: cached, log });
    const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", `moto[server,dynamodb]==${VERSION}`];
    await run(join(scratch, "bin/python"), pip, { cwd: cached, log });
    await rename(scratch, place);
  }
  // Python itself may be moved; the commands beside it may not.
  return join(place, "bin/python");
}

/** @param {string} url */
async function answers(url) {
  const deadline = Date.now() + START_MS;
  while (!(await fetch(url).catch(() => undefined))) {
    if (Date.now() > deadline) {
      throw new Error(`moto does not answer at ${url}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/**
 * @param {string} endpoint
 * @param {string} service
 * @param {Record<string, string>} fields
 */
async function ask(endpoint, service, fields) {
  const credential = `Credential=setup/20150830/eu-central-1/${service}/aws4_request`;
  const response = await fetch(endpoint, {
    method: "POST",
    headers: { authorization: `AWS4-HMAC-SHA256 ${credential}, SignedHeaders=host, Signature=none` },
    body: new URLSearchParams(fields),
  });
  const text = await response.text();
  if (!response.ok) {
    throw new Error(`${fields.Action}: ${text}`);
  }
  return (/** @type {string} */ element) => text.match(new RegExp(`<${element}>([^<]*)<`))?.[1] ?? "";
}
