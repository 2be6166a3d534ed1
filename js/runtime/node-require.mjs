// How modules and files are found from this package, which lies in the application's node_modules.

import { createRequire } from "node:module";

/** What a bundler makes a CommonJS file of (esbuild for Lambda does so unless it is told otherwise) does not know where it is. */
export const require = createRequire(import.meta.url || `${process.cwd()}/`);
