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
  return joined(chunks, length);
}

/** What {@link pieces} rejects with when the stream itself broke off. */
export class BrokenStream extends Error {}

/**
 * A stream cut into pieces of a size, the last one shorter; an empty stream is one empty piece. Nothing is read before
 * a piece is asked for, and no more is held than a piece and a chunk.
 *
 * @param {ReadableStream<Uint8Array>} stream
 * @param {number} pieceBytes
 * @returns {AsyncGenerator<{ bytes: Uint8Array<ArrayBuffer>, isLast: boolean }>}
 * @throws {BrokenStream}
 */
export async function* pieces(stream, pieceBytes) {
  const reader = stream.getReader();
  const read = () =>
    reader.read().catch((cause) => {
      throw new BrokenStream("the stream broke off", { cause });
    });
  /** @type {Uint8Array[]} */
  let chunks = [];
  let length = 0;
  try {
    for (let next = await read(); !next.done; next = await read()) {
      let { value: chunk } = next;
      for (; length + chunk.length > pieceBytes; chunks = [], length = 0) {
        const taken = pieceBytes - length;
        yield { bytes: joined([...chunks, chunk.subarray(0, taken)], pieceBytes), isLast: false };
        chunk = chunk.subarray(taken);
      }
      chunks.push(chunk);
      length += chunk.length;
    }
    yield { bytes: joined(chunks, length), isLast: true };
  } finally {
    reader.cancel().catch(() => {}); // what is read no further; it may have broken off
  }
}

/**
 * @param {Uint8Array[]} chunks
 * @param {number} length of all
 * @returns {Uint8Array<ArrayBuffer>}
 */
function joined(chunks, length) {
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
 * @param {Uint8Array[]} chunks
 * @returns {ReadableStream<Uint8Array>}
 */
export function streamOf(chunks) {
  const left = chunks.filter((chunk) => chunk.length > 0);
  return new ReadableStream({
    pull(controller) {
      const next = left.shift();
      if (next) {
        controller.enqueue(next.slice());
      }
      if (left.length === 0) {
        controller.close();
      }
    },
  });
}
