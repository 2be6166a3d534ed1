// `wrangler dev` with the table that local.mjs has made, or with yours: what the environment says becomes the Worker's
// variables, as it has no environment of its own.

import { spawn } from "node:child_process";

const { env } = process;
const variables = {
  TABLE: env.NEXT_CACHE_DYNAMODB_TABLE,
  AWS_REGION: env.AWS_REGION,
  AWS_ENDPOINT_URL: env.AWS_ENDPOINT_URL_DYNAMODB,
  AWS_ACCESS_KEY_ID: env.AWS_ACCESS_KEY_ID,
  AWS_SECRET_ACCESS_KEY: env.AWS_SECRET_ACCESS_KEY,
  WEBHOOK_SECRET: env.WEBHOOK_SECRET ?? "secret",
};
const given = Object.entries(variables).filter(([, value]) => value);
const args = ["dev", "--port", env.PORT ?? "8787", ...given.flatMap(([name, value]) => ["--var", `${name}:${value}`])];
const child = spawn("wrangler", args, { stdio: "inherit", shell: process.platform === "win32" });
child.on("close", (code) => process.exit(code ?? 1));
for (const signal of ["SIGINT", "SIGTERM"]) {
  process.on(signal, () => child.kill(signal));
}
