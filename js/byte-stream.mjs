// Streams from and to bytes: of 'use cache' entries, and of responses.

/**
 * All bytes of a stream; rejects when it breaks off, since half an entry must not be stored, and when it is too long.
 *
 * @param {ReadableStream<Uint8Array>} stream
 * @param {number} [maxBytes]
 * @returns {Promise<Uint8Array<ArrayBuffer>>}
 */
export async function collect(stream, maxBytes = Infinity) {
  const reader = stream.getReader();
  /** @type {Uint8Array[]} */
  const chunks = [];
  let length = 0;
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    chunks.push(next.value);
    length += next.value.length;
    if (length > maxBytes) {
      const error = new Error(`the body is longer than ${maxBytes} bytes`);
      reader.cancel(error).catch(() => {}); // also when it cannot be ended
      throw error;
    }
  }
  const bytes = new Uint8Array(length);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.length;
  }
  return bytes;
}

/**
 * A new stream of some bytes. They are copied: an entry in memory is given to many, and a reader may transfer a chunk.
 *
 * @param {Uint8Array} bytes
 * @returns {ReadableStream<Uint8Array>}
 */
export function streamOf(bytes) {
  return new ReadableStream({
    start(controller) {
      if (bytes.length > 0) {
        controller.enqueue(bytes.slice());
      }
      controller.close();
    },
  });
}
