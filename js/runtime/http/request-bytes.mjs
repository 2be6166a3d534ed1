// A request as it goes over the wire. https://www.rfc-editor.org/rfc/rfc9112

/** Up to here head and body become one piece, for one write. */
const MAX_COPIED_BYTES = 64 * 1024;

/**
 * What is to be written, piece by piece, with a copy of the body. Headers come from the core, whose values hold no line break.
 *
 * @param {{ host: string, path: string }} target
 * @param {string} method
 * @param {string} headers a line each, with its end
 * @param {Uint8Array} body
 */
export function requestBytes({ host, path }, method, headers, body) {
  // One with nothing to say says so, unless none of its method has a body.
  const length = body.length > 0 || method !== "GET" ? `content-length: ${body.length}\r\n` : "";
  const head = `${method} ${path} HTTP/1.1\r\nhost: ${host}\r\n${headers}${length}\r\n`;
  if (body.length > MAX_COPIED_BYTES) {
    return [Buffer.from(head, "latin1"), new Uint8Array(body)];
  }
  const bytes = Buffer.allocUnsafe(head.length + body.length);
  bytes.write(head, "latin1");
  bytes.set(body, head.length);
  return [bytes];
}
