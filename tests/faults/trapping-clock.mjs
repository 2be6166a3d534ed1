// In place of the two clocks, until `restore()`: ones that can be armed to throw what a trap throws. The core reads each once when it is
// called, and once when it goes on.

const realNow = performance.now;
const realDateNow = Date.now;
let readsLeft = Infinity;

performance.now = () => (read(), realNow.call(performance));
Date.now = () => (read(), realDateNow());

function read() {
  readsLeft -= 1;
  if (readsLeft < 0) {
    readsLeft = Infinity;
    throw new WebAssembly.RuntimeError("unreachable");
  }
}

export function restore() {
  performance.now = realNow;
  Date.now = realDateNow;
}

/** @param {number} reads that still work */
export function trapAfter(reads) {
  readsLeft = reads;
}
