// WebAssembly that a JavaScript file carries, as raw DEFLATE in base64: nothing that a bundler could rewrite or file tracing
// could miss, and less than half of what it would be uncompressed.

/** @typedef {{ base64: string, rawBytes: number }} Inlined */
/** @typedef {(compressed: Uint8Array, rawBytes: number) => Uint8Array | undefined} Inflate */

/**
 * @param {Inlined} inlined
 * @param {Inflate} [inflate] the runtime's own, where it has one
 * @returns {Promise<BufferSource>}
 */
export async function wasmOf(inlined, inflate) {
  const bytes = inflate?.(bytesOf(inlined.base64), inlined.rawBytes) ?? (await inflated(inlined));
  return /** @type {BufferSource} */ (bytes);
}

/**
 * @param {string} base64
 * @returns {Uint8Array<ArrayBuffer>}
 */
export function bytesOf(base64) {
  // A hundred times faster than `atob`, where there is one.
  return globalThis.Buffer ? Buffer.from(base64, "base64") : Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
}

/**
 * What every runtime has, and what takes longer than `Runtime.inflate` where there is one.
 *
 * @param {Inlined} inlined
 * @returns {Promise<ArrayBuffer>}
 */
export async function inflated({ base64 }) {
  if (typeof DecompressionStream === "undefined") {
    throw new Error("nextjs-dynamodb-cache needs DecompressionStream, and this runtime has none: hand the core over through /slim");
  }
  const stream = new Blob([bytesOf(base64)]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  return new Response(stream).arrayBuffer();
}
