// The body of a response, of bounded length.

import { collect } from "./byte-stream.mjs";

/**
 * The longest response: DynamoDB answers at most 16 MB of items, which are a third longer in base64.
 * https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html
 */
export const MAX_RESPONSE_BYTES = 32 * 1024 * 1024;

/**
 * Of the web's `fetch` it is counted while it is read, decoded as it then is; a `fetch` without streams counts itself.
 *
 * @param {Awaited<ReturnType<import("../types/index.d.ts").FetchLike>>} response
 * @returns {Promise<Uint8Array<ArrayBuffer>>}
 */
export async function bodyOf(response) {
  if (typeof response.body?.getReader !== "function") {
    return new Uint8Array(await response.arrayBuffer());
  }
  return collect(response.body, MAX_RESPONSE_BYTES);
}
