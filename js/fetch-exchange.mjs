// An exchange of HTTP by a fetch-shaped function: the web's own, or the option `fetch`.

import { bodyOf } from "./response.mjs";

/** @typedef {import("../types/index.d.ts").FetchLike} FetchLike */
/** @typedef {import("./runtime/runtime.d.ts").Exchange} Exchange */

/**
 * @param {FetchLike} fetch
 * @returns {Exchange}
 */
export function exchangeBy(fetch) {
  return (url, method, fields, body, { resolve, reject }) => {
    const controller = new AbortController();
    exchange(fetch, url, method, fields, new Uint8Array(body), controller.signal).then(resolve, reject);
    return () => controller.abort();
  };
}

/**
 * @param {FetchLike} fetch
 * @param {string} url
 * @param {string} method
 * @param {string} fields
 * @param {Uint8Array<ArrayBuffer>} body
 * @param {AbortSignal} signal
 */
async function exchange(fetch, url, method, fields, body, signal) {
  /** @type {Record<string, string>} */
  const headers = {};
  for (const line of fields.split("\r\n").filter(Boolean)) {
    const end = line.indexOf(": ");
    headers[line.slice(0, end)] = line.slice(end + 2);
  }
  // `internal` keeps Next's patched fetch from caching or counting the cache's own requests.
  const init = { method, headers, signal, redirect: /** @type {const} */ ("error"), next: { internal: true } };
  // The web's `fetch` takes no body with a GET, be it empty.
  const response = await fetch(url, body.length > 0 ? { ...init, body } : init);
  /** @type {string[]} */
  const lines = [];
  response.headers.forEach((value, name) => lines.push(`${name}: ${value}`));
  return { status: response.status, headers: lines.join("\r\n"), body: await bodyOf(response) };
}
