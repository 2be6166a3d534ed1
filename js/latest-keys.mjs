// What is remembered of the keys of 'use cache' that were used last. A key holds the arguments, which may be what a visitor
// sent, a megabyte of it: so not more than so many keys, and characters of them, are kept.

const MAX_KEYS = 1_000;
const MAX_LENGTH = 4_000_000;

/** @template T */
export class LatestKeys {
  /** @type {Map<string, T>} the one used last comes last */
  #values = new Map();
  #length = 0;
  #maxKeys;

  constructor(maxKeys = MAX_KEYS) {
    this.#maxKeys = maxKeys;
  }

  /** @param {string} key */
  get(key) {
    return this.#values.get(key);
  }

  entries() {
    return this.#values.entries();
  }

  /**
   * @param {string} key
   * @param {T} value
   */
  set(key, value) {
    this.#forget(key);
    this.#values.set(key, value);
    this.#length += key.length;
    for (const oldest of this.#values.keys()) {
      if (this.#values.size <= this.#maxKeys && this.#length <= MAX_LENGTH) {
        break;
      }
      this.#forget(oldest);
    }
  }

  /** @param {string} key */
  #forget(key) {
    if (this.#values.delete(key)) {
      this.#length -= key.length;
    }
  }
}
