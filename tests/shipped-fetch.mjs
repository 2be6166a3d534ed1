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
    const { promise, cancel } = exchange(url, method, Object.entries(headers).flat(), /** @type {Uint8Array<ArrayBuffer>} */ (body ?? new Uint8Array()));
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
 * @param {string[]} flat name, value, name, value …
 * @returns {[name: string, value: string][]}
 */
export function pairs(flat) {
  return flat.flatMap((name, index) => (index % 2 === 0 ? [[name, flat[index + 1] ?? ""]] : []));
}
