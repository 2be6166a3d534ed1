// The core in Cloudflare's Workers: the bundler compiles the wasm, since the runtime refuses to.

import core from "../../pkg/core.wasm";
import { provideCore } from "../core.mjs";

provideCore(() => core);
