// Functions that the application gives, and that the cache calls while a page waits: what fails in them goes no further.

/**
 * Calls one. Its promise, if it gives one, is not waited for.
 *
 * @param {() => unknown} call
 * @param {(error: unknown) => void} [onFailure] told of what it threw, or rejected with
 */
export function callGiven(call, onFailure = () => {}) {
  try {
    const given = /** @type {any} */ (call());
    if (typeof given?.then === "function") {
      given.then(undefined, onFailure);
    }
  } catch (error) {
    onFailure(error);
  }
}
