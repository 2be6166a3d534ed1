import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const { resolve } = createRequire(import.meta.url);
const outputFileTracingRoot = join(import.meta.dirname, "../..");
const { dependencies } = JSON.parse(readFileSync(join(import.meta.dirname, "package.json"), "utf8"));

/** @type {import("next").NextConfig} */
export default {
  output: "standalone",
  ...(dependencies.next.startsWith("14.") ? { experimental: { outputFileTracingRoot } } : { outputFileTracingRoot }),
  cacheHandler: resolve("@monorepo/cache/handler"),
  cacheMaxMemorySize: 0,
};
