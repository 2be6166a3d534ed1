// In place of the clock that only goes forward, until `restore()`: one that can be armed to throw what a trap throws.

const realNow = performance.now;
let readsLeft = Infinity;

performance.now = () => {
  readsLeft -= 1;
  if (readsLeft < 0) {
    readsLeft = Infinity;
    throw new WebAssembly.RuntimeError("unreachable");
  }
  return realNow.call(performance);
};

export function restore() {
  performance.now = realNow;
}

/** @param {number} reads that still work */
export function trapAfter(reads) {
  readsLeft = reads;
}
