// Timers of which nearly all are ended before their time: the budgets of what the core waits for, two for each get.

/** @typedef {(callback: () => void, delayMs: number) => any} SetTimeout */
/** @typedef {{ end: () => void, unref: () => void }} Timer */
/** @typedef {{ start: (callback: () => void, delayMs: number) => Timer }} Timers */

// Taken when the module loads: Next replaces the global one while it prerenders.
const now = performance.now.bind(performance);

/**
 * Each is one of the runtime's own.
 *
 * @param {SetTimeout} setTimeout
 * @returns {Timers}
 */
export function ownTimers(setTimeout) {
  return {
    start(callback, delayMs) {
      const timer = setTimeout(callback, delayMs);
      return { end: () => clearTimeout(timer), unref: () => timer.unref?.() };
    },
  };
}

/**
 * They share one of the runtime's, which goes off when the first of them may be due. To begin and to end two of Node's own takes
 * a twenty-fifth of a get.
 *
 * @param {SetTimeout} setTimeout
 * @returns {Timers}
 */
export function sharedTimers(setTimeout) {
  /** @type {Set<Waiting>} */
  const waiting = new Set();
  /** How many of them keep the process alive. */
  let held = 0;
  /** @type {any} */
  let timer;
  let goesOffAt = Infinity;

  /** @param {number} at */
  function goOffAt(at) {
    clearTimeout(timer);
    goesOffAt = at;
    timer = setTimeout(goOff, Math.ceil(at - now()));
    if (held === 0) {
      timer.unref?.();
    }
  }

  function goOff() {
    goesOffAt = Infinity;
    const at = now();
    const due = [...waiting].filter((one) => one.at <= at);
    due.forEach(end);
    if (waiting.size > 0) {
      goOffAt(Math.min(...[...waiting].map((one) => one.at)));
    }
    due.forEach(({ callback }) => callback());
  }

  /** @param {Waiting} one */
  function end(one) {
    if (waiting.delete(one)) {
      unref(one);
    }
    if (waiting.size === 0 && !timer.unref) {
      // In a runtime without it, it would keep the process.
      clearTimeout(timer);
      goesOffAt = Infinity;
    }
  }

  /** @param {Waiting} one */
  function unref(one) {
    if (one.isHeld) {
      one.isHeld = false;
      held -= 1;
      if (held === 0) {
        timer.unref?.();
      }
    }
  }

  return {
    start(callback, delayMs) {
      const one = { callback, at: now() + delayMs, isHeld: true };
      waiting.add(one);
      held += 1;
      if (one.at < goesOffAt) {
        goOffAt(one.at);
      } else if (held === 1) {
        timer.ref?.();
      }
      return { end: () => end(one), unref: () => unref(one) };
    },
  };
}

/**
 * @typedef {object} Waiting
 * @property {() => void} callback
 * @property {number} at when it is due
 * @property {boolean} isHeld whether it keeps the process alive
 */
