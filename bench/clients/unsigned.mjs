// The plain handler without any client: what it asks for does not depend on which one sends it.

import { RAW, plainHandler } from "./plain-handler.mjs";

/** @param {string} endpoint */
export function unsigned(endpoint) {
  return plainHandler(async (operation, input) => {
    const headers = { "content-type": "application/x-amz-json-1.0", "x-amz-target": `DynamoDB_20120810.${operation}` };
    const response = await fetch(endpoint, { method: "POST", headers, body: JSON.stringify(input) });
    return response.json();
  }, RAW);
}
