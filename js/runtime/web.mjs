// Runtimes that have the web's interfaces and nothing else: Cloudflare's Workers, Next's edge runtime, any other.

import { exchangeBy } from "../fetch-exchange.mjs";

// Bound when the module loads: a framework may replace the global ones to watch what an application does.
const setTimeout = globalThis.setTimeout.bind(globalThis);
const fetch = globalThis.fetch.bind(globalThis);

/** @type {import("./runtime.d.ts").Runtime} */
const runtime = {
  // There is no metadata service of EC2 next to such a runtime: nobody needs to wait for it.
  env: (name) => globalThis.process?.env?.[name] || (name === "AWS_EC2_METADATA_DISABLED" ? "true" : undefined),
  readFile: async () => null,
  writeFile: async () => false,
  runProcess: async () => null,
  // Workers know no "error". DynamoDB does not redirect, and what does is no DynamoDB: its status says so.
  exchange: exchangeBy((url, init) => fetch(url, { ...init, redirect: "manual" })),
  setTimeout,
  // Cloudflare's Workers, and what is made after them.
  isolatesRequests: true,
  outsideRequest: (run) => run(),
};

export default runtime;
