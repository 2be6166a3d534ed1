// An administrator that lasts as long as the window: its credentials and connections are kept between questions, and after
// a trap the next question gets a new one.

import { withAdmin } from "../../admin.mjs";
import { PATIENT } from "../table-options.mjs";

/** @typedef {import("../rows.mjs").Admin} Admin */

/** @param {import("../../../types/index.d.ts").DynamoDBCacheOptions} table */
export function lastingAdmin(table) {
  /** @type {{ admin: Promise<Admin>, ended: Promise<never> } | undefined} */
  let current;
  // A copy in memory is not what lies in the table.
  const open = () => begin({ ...PATIENT, ...table, memoryMaxBytes: 0 }, () => (current = undefined));

  /**
   * @template T
   * @param {(admin: Admin) => Promise<T>} run
   * @returns {Promise<T>}
   */
  return async function ask(run) {
    const { admin, ended } = (current ??= open());
    return Promise.race([admin.then(run), ended]);
  };
}

/**
 * @param {import("../../../types/index.d.ts").DynamoDBCacheOptions} options
 * @param {() => void} onEnd
 */
function begin(options, onEnd) {
  /** @type {(admin: Admin) => void} */
  let ready = () => {};
  const admin = new Promise((/** @type {(admin: Admin) => void} */ resolve) => (ready = resolve));
  const forever = new Promise(() => {});
  const ended = withAdmin(options, (made) => {
    ready(made);
    return /** @type {Promise<never>} */ (forever);
  });
  ended.catch(onEnd);
  return { admin, ended };
}
