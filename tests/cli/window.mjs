// The command `ui` as a process, and a table that is worth looking at.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { page } from "../integration/instances.mjs";
import { EMULATOR_CREDENTIALS } from "../emulators.mjs";

const MAIN = join(import.meta.dirname, "../../js/cli/main.mjs");

/** @typedef {Awaited<ReturnType<typeof import("../integration/instances.mjs").startStore>>} Store */

/** @type {Set<() => Promise<unknown>>} */
const running = new Set();

/** Stops those that a failed test has left behind. */
export async function stopWindows() {
  await Promise.all([...running].map((stop) => stop()));
}

/**
 * @param {Store} store
 * @param {string} table
 * @param {string[]} [args]
 */
export async function startWindow(store, table, args = []) {
  const child = spawn(process.execPath, [MAIN, "ui", "--port", "0", "--json", ...args], {
    env: {
      PATH: process.env.PATH,
      HOME: "/nonexistent",
      AWS_EC2_METADATA_DISABLED: "true",
      AWS_ACCESS_KEY_ID: EMULATOR_CREDENTIALS.accessKeyId,
      AWS_SECRET_ACCESS_KEY: EMULATOR_CREDENTIALS.secretAccessKey,
      AWS_REGION: "eu-central-1",
      NEXT_CACHE_DYNAMODB_TABLE: table,
      AWS_ENDPOINT_URL_DYNAMODB: store.endpoint,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let err = "";
  child.stderr.on("data", (text) => (err += text));
  const ended = once(child, "close");
  const printed = await Promise.race([once(child.stdout, "data"), ended.then(() => null)]);
  if (printed === null) {
    throw new Error(`ui ended: ${err}`);
  }
  /** How it ends by Ctrl-C. */
  const stop = async () => {
    running.delete(stop);
    child.kill("SIGINT");
    return (await ended)[0];
  };
  running.add(stop);
  /** @type {string} */
  const address = JSON.parse(String(printed[0])).address;
  const { origin, port, hash } = new URL(address);
  return {
    address,
    origin,
    port,
    token: hash.replace("#token=", ""),
    stop,
  };
}

/**
 * Pages of a build, fetches and revalidations, as an application leaves them.
 *
 * @param {Store} store
 * @param {import("../../types/index.d.ts").DynamoDBCacheOptions} [options]
 */
export async function filledTable(store, options) {
  const table = await store.createTable();
  const instance = store.instance(table, options);
  /** What Next does: a get, and after its miss a set. @param {string} key @param {any} value @param {any} context */
  const render = async (key, value, context) => {
    const request = instance.request();
    await request.get(key, { kind: value.kind, tags: value.tags });
    await request.set(key, value, context);
  };
  const context = { cacheControl: { revalidate: 60, expire: 3_600 } };
  for (const name of ["hello", "dynamodb", "caching"]) {
    const html = `<h1>${name}</h1>${`<p>${name} is cached.</p>`.repeat(200)}`;
    await render(`/blog/${name}`, page(html, ["posts", `_N_T_/blog/${name}`]), context);
  }
  await render("/about", page("about", ["_N_T_/about"]), { cacheControl: { revalidate: false } });
  const fetched = { kind: "FETCH", data: { headers: {}, body: "x".repeat(900_000), status: 200, url: "" }, tags: ["posts"], revalidate: 60 };
  await render("f".repeat(64), fetched, { fetchCache: true, tags: ["posts"], ...context });
  await instance.request().revalidateTag(["_N_T_/about"], { expire: 3_600 });
  await instance.request().revalidateTag("nobody-has-this");
  return { table, instance };
}
