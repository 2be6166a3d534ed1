// Makes the wasm instance trap when it reads a clock: an exception through wasm frames leaves it as a trap does. This
// must be the first import of a test: the package keeps the clocks that it finds when it is loaded.

import { restore, trapAfter } from "./trapping-clock.mjs";
import "../../js/host.mjs";

restore();

export { trapAfter };
