// Calls of the core's bindings, without what ships around them.

import { Call } from "../js/instance.mjs";

/**
 * The answer of a call, whenever it comes.
 *
 * @param {(call: Call) => any} method
 */
export async function answerOf(method) {
  const call = new Call();
  return method(call) ?? (await call.answered());
}
