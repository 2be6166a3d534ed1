/** What the handler answered, in one word. */
export function Badge({ lookup }) {
  return <span className={`badge ${lookup.type}`}>{lookup.type}</span>;
}

/** The same in a sentence. */
export function lookupText({ type, source, reason, ms, bytes, storedBytes }) {
  const from = source === "build" ? "from the build's output" : source === "table" ? "from the table" : "";
  const why = reason ? `(${reason})` : "";
  const size = bytes ? `${kilobytes(storedBytes)} (${kilobytes(bytes)} raw)` : "";
  return [[type === "miss" ? "nothing to serve" : from, why].filter(Boolean).join(" "), milliseconds(ms), size]
    .filter(Boolean)
    .join(" · ");
}

/** @param {number} bytes */
export function kilobytes(bytes) {
  return bytes < 1000 ? `${bytes} B` : `${(bytes / 1000).toFixed(1)} kB`;
}

/** @param {number} ms */
export function milliseconds(ms) {
  return ms < 10 ? `${ms.toFixed(1)} ms` : `${Math.round(ms)} ms`;
}
