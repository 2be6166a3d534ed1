// How modules and files are found from this package, which lies in the application's node_modules.

import { createRequire } from "node:module";

/** What a bundler makes a CommonJS file of (esbuild for Lambda does so unless it is told otherwise) does not know where it is. */
export const require = createRequire(import.meta.url || `${process.cwd()}/`);

/**
 * A built-in module at its first use: none is loaded for nothing, and none by `import`, which has Node.js load more of
 * node:fs than is used. `process.getBuiltinModule` is not on Node 20 before 20.16.
 *
 * @type {(name: string) => any}
 */
export const builtin = process.getBuiltinModule ?? require;
