// The core in Next's edge runtime: the bundler compiles the wasm, since the runtime refuses to.

import core from "../../pkg/core.wasm?module";
import { provideCore } from "../core.mjs";

provideCore(() => core);
