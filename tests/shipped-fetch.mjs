// The HTTP client that ships on Node.js, in the shape of the option `fetch`, for tests that look at what goes through it.

import runtime from "../js/runtime/node.mjs";

/** @typedef {import("../types/index.d.ts").FetchLike} FetchLike */

/** @type {FetchLike} */
export const shippedFetch = fetchOver(runtime.exchange);

/**
 * @param {import("../js/runtime/runtime.d.ts").Exchange} exchange
 * @returns {FetchLike}
 */
export function fetchOver(exchange) {
  return async (url, { method, headers, body, signal }) => {
    signal.throwIfAborted();
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    const bytes = /** @type {Uint8Array<ArrayBuffer>} */ (body ?? new Uint8Array());
    const { promise, cancel } = exchange(url, method, lines.join(""), bytes);
    signal.addEventListener("abort", cancel);
    const response = await promise.finally(() => signal.removeEventListener("abort", cancel));
    return {
      status: response.status,
      headers: new Headers(pairs(response.headers)),
      arrayBuffer: async () => new Uint8Array(response.body).buffer,
    };
  };
}

/**
 * @param {string} headers as an exchange gives them
 * @returns {[name: string, value: string][]}
 */
function pairs(headers) {
  const lines = headers.split("\r\n").filter(Boolean);
  return lines.map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 1).trim()]);
}
