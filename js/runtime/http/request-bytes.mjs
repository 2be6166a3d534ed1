// A request as it goes over the wire. https://www.rfc-editor.org/rfc/rfc9112

/** Up to here head and body are copied into one piece, for one write. */
const MAX_COPIED_BYTES = 64 * 1024;

/**
 * What is to be written, piece by piece. Names and values come from the core, whose headers hold no line break.
 *
 * @param {{ host: string, path: string }} target
 * @param {string} method
 * @param {string[]} flatHeaders name, value, name, value …
 * @param {Uint8Array} body
 */
export function requestBytes({ host, path }, method, flatHeaders, body) {
  let head = `${method} ${path} HTTP/1.1\r\nhost: ${host}\r\n`;
  for (let index = 0; index + 1 < flatHeaders.length; index += 2) {
    head += `${flatHeaders[index]}: ${flatHeaders[index + 1]}\r\n`;
  }
  // One with nothing to say says so, unless none of its method has a body.
  head += body.length > 0 || method !== "GET" ? `content-length: ${body.length}\r\n\r\n` : "\r\n";
  if (body.length > MAX_COPIED_BYTES) {
    return [Buffer.from(head, "latin1"), body];
  }
  const bytes = Buffer.allocUnsafe(head.length + body.length);
  bytes.write(head, "latin1");
  bytes.set(body, head.length);
  return [bytes];
}
