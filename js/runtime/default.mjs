// Any other runtime that has the web's interfaces and compiles WebAssembly.

import { inlineCore } from "./inline-core.mjs";
import { webRuntime } from "./web.mjs";

export default webRuntime(inlineCore);
