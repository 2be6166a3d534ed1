// An exchange of HTTP by a fetch-shaped function: the web's own, or the option `fetch`.

import { bodyOf } from "./response.mjs";

/** @typedef {import("../types/index.d.ts").FetchLike} FetchLike */
/** @typedef {import("./runtime/runtime.d.ts").Exchange} Exchange */

/**
 * @param {FetchLike} fetch
 * @returns {Exchange}
 */
export function exchangeBy(fetch) {
  return (url, method, flatHeaders, body) => {
    const controller = new AbortController();
    const promise = exchange(fetch, url, method, flatHeaders, body, controller.signal);
    return { promise, cancel: () => controller.abort() };
  };
}

/**
 * @param {FetchLike} fetch
 * @param {string} url
 * @param {string} method
 * @param {string[]} flatHeaders
 * @param {Uint8Array<ArrayBuffer>} body
 * @param {AbortSignal} signal
 */
async function exchange(fetch, url, method, flatHeaders, body, signal) {
  /** @type {Record<string, string>} */
  const headers = {};
  for (let index = 0; index + 1 < flatHeaders.length; index += 2) {
    headers[/** @type {string} */ (flatHeaders[index])] = /** @type {string} */ (flatHeaders[index + 1]);
  }
  // `internal` keeps Next's patched fetch from caching or counting the cache's own requests.
  const init = { method, headers, signal, redirect: /** @type {const} */ ("error"), next: { internal: true } };
  // The web's `fetch` takes no body with a GET, be it empty.
  const response = await fetch(url, body.length > 0 ? { ...init, body } : init);
  /** @type {string[]} */
  const flat = [];
  response.headers.forEach((value, name) => flat.push(name, value));
  return { status: response.status, headers: flat, body: await bodyOf(response) };
}
