// The HTTP client that ships on Node.js, in the shape of the option `fetch`, for tests that look at what goes through it.

import runtime from "../js/runtime/node.mjs";

/** @typedef {import("../types/index.d.ts").FetchLike} FetchLike */
/** @typedef {import("../js/runtime/runtime.d.ts").Exchange} Exchange */

/** @type {FetchLike} */
export const shippedFetch = fetchOver(runtime.exchange);

/**
 * @param {Exchange} exchange
 * @returns {FetchLike}
 */
export function fetchOver(exchange) {
  return async (url, { method, headers, body, signal }) => {
    signal.throwIfAborted();
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    const bytes = /** @type {Uint8Array<ArrayBuffer>} */ (body ?? new Uint8Array());
    /** @type {() => void} */
    let abort = () => {};
    const response = await exchanged(exchange, url, method, lines.join(""), bytes, (cancel, reject) => {
      abort = () => {
        cancel();
        reject(new Error("called off", { cause: signal.reason }));
      };
      signal.addEventListener("abort", abort);
    }).finally(() => signal.removeEventListener("abort", abort));
    return {
      status: response.status,
      headers: new Headers(pairs(response.headers)),
      arrayBuffer: async () => new Uint8Array(response.body).buffer,
    };
  };
}

/**
 * The response of an exchange, with a body that stays.
 *
 * @param {Exchange} exchange
 * @param {string} url
 * @param {string} method
 * @param {string} headers
 * @param {Uint8Array<ArrayBuffer>} body
 * @param {(cancel: () => void, reject: (error: unknown) => void) => void} [begun]
 * @returns {Promise<import("../js/runtime/runtime.d.ts").HttpResponse>}
 */
export function exchanged(exchange, url, method, headers, body, begun) {
  return new Promise((resolve, reject) => {
    const settle = {
      resolve: (/** @type {import("../js/runtime/runtime.d.ts").HttpResponse} */ response) =>
        resolve({ ...response, body: new Uint8Array(response.body) }),
      reject,
    };
    const cancel = exchange(url, method, headers, body, settle);
    begun?.(cancel, reject);
  });
}

/**
 * @param {string} headers as an exchange gives them
 * @returns {[name: string, value: string][]}
 */
function pairs(headers) {
  const lines = headers.split("\r\n").filter(Boolean);
  return lines.map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 1).trim()]);
}
