// What all versions have in common. With CONTROL, Next's own handler caches instead.
import { fileURLToPath } from "node:url";
import { ofThisVersion } from "./version.config.mjs";

const cacheHandler = fileURLToPath(new URL("./cache-handler.mjs", import.meta.url));

/** @type {import("next").NextConfig} */
export default {
  output: "standalone",
  distDir: process.env.DIST_DIR || ".next",
  ...(process.env.CONTROL ? {} : { cacheHandler, cacheMaxMemorySize: 0 }),
  ...ofThisVersion,
};
