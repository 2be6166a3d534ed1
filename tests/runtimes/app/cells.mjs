// What each runtime is asked to do; the same file runs on all of them.

const LARGE_CHARACTERS = 1_500_000;
/** As src/retry/breaker.rs has it. */
const FAILURES_TO_OPEN = 5;

/** Kept from request to request, as an application does. */
let client;
let Handler;

/**
 * @param {{ DynamoDBCacheHandler: object, createCacheClient: Function }} entry of the package
 * @returns {(task: { cell: string, me: string, others: string[], options: object, nowhere: object }) =>
 *   Promise<{ ok: true } | { ok: false, why: string }>}
 */
export function performedBy({ DynamoDBCacheHandler, createCacheClient }) {
  return async ({ cell, me, others, options, nowhere }) => {
    try {
      client ??= createCacheClient({ ...options, log: false });
      Handler ??= DynamoDBCacheHandler.configure({ ...options, log: false });
      const clientOf = (more) => createCacheClient({ ...options, log: false, ...more });
      await CELLS[cell]({ me, others, nowhere, clientOf });
      return { ok: true };
    } catch (error) {
      return { ok: false, why: String(error?.stack ?? error) };
    }
  };
}

const CELLS = {
  async loads({ me }) {
    equal(await client.get(`nothing of ${me}`), null);
    equal(await new Handler().get(`nothing of ${me}`, { kind: "FETCH" }), null);
    const { miss, degraded } = client.stats().operations;
    equal([miss, degraded], [1, 0]);
  },

  async set({ me }) {
    equal(await client.set(`small ${me}`, small(me), { tags: [me, "all"], revalidate: 3_600 }), true);
    equal(await client.set(`page ${me}`, page(me), { tags: ["pages"], revalidate: 3_600 }), true);
  },

  async get({ others }) {
    for (const name of others) {
      // The second time from memory.
      equal((await client.get(`small ${name}`))?.value, small(name));
      equal((await client.get(`small ${name}`))?.value, small(name));
      equal((await new Handler().get(`page ${name}`, { kind: "FETCH" }))?.value, page(name));
    }
  },

  async setLarge({ me }) {
    equal(await client.set(`large ${me}`, large(me), { revalidate: 3_600 }), true);
  },

  async getLarge({ others }) {
    for (const name of others) {
      equal((await client.get(`large ${name}`))?.value === large(name), true);
    }
  },

  async revalidateTag({ me }) {
    await client.revalidateTag(me);
    equal(await client.get(`small ${me}`), null);
    await client.set(`small ${me}`, "rendered again", { tags: [me, "all"], revalidate: 3_600 });
    equal((await client.get(`small ${me}`))?.value, "rendered again");
    await client.updateTags(me);
  },

  async isRevalidated({ others }) {
    for (const name of others) {
      equal(await client.get(`small ${name}`), null);
    }
  },

  async concurrent({ others }) {
    const found = await Promise.all(others.map((name) => new Handler().get(`page ${name}`, { kind: "FETCH" })));
    equal(
      found.map((entry) => entry?.value),
      others.map(page),
    );
  },

  async storeDown({ me, nowhere, clientOf }) {
    const cut = clientOf(nowhere);
    equal(await cut.get(`small ${me}`), null);
    equal(await cut.set(`small ${me}`, "value"), false);
    let refused = false;
    await cut.revalidateTag("nowhere").catch(() => (refused = true));
    equal(refused, true);
    // The client of the store that is there is none the worse.
    equal((await client.get(`page ${me}`))?.value, page(me));
  },

  async breaker({ me, clientOf }) {
    let [isDown, sent] = [true, 0];
    let last = {};
    const fetch = async (url, init) => {
      sent++;
      if (isDown) {
        throw new TypeError("down");
      }
      // Workers know no "error".
      return globalThis.fetch(url, { ...init, redirect: "manual" });
    };
    const cut = clientOf({ fetch, onEvent: (event) => (last = event) });
    for (let call = 0; call < FAILURES_TO_OPEN; call++) {
      equal(await cut.get(`page ${me}`), null);
    }
    const sentBefore = sent;
    equal(await cut.get(`page ${me}`), null);
    equal([last.type, /failed \d+ times in a row/.test(last.reason), sent - sentBefore], ["degraded", true, 0]);
    // A probe finds that it is back.
    isDown = false;
    for (let waits = 0; waits < 50 && !(await cut.get(`page ${me}`)); waits++) {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    equal((await cut.get(`page ${me}`))?.value, page(me));
  },
};

function small(name) {
  return { text: `ü of ${name}`, bytes: Uint8Array.of(0, 128, 255), map: new Map([["a", [1, null, undefined, true]]]) };
}

/** A cached fetch, as Next has it. */
function page(name) {
  return { kind: "FETCH", data: { headers: {}, body: btoa(name), status: 200, url: name }, revalidate: 3_600 };
}

/** Does not compress below several rows. */
function large(name) {
  const characters = [];
  let state = name.length + 1;
  for (let index = 0; index < LARGE_CHARACTERS; index++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    characters.push(33 + ((state >>> 16) % 90));
  }
  const pieces = [];
  for (let index = 0; index < characters.length; index += 10_000) {
    pieces.push(String.fromCharCode(...characters.slice(index, index + 10_000)));
  }
  return name + pieces.join("");
}

function equal(found, expected) {
  const [a, b] = [shape(found), shape(expected)];
  if (a !== b) {
    throw new Error(`found ${a.slice(0, 300)}, not ${b.slice(0, 300)}`);
  }
}

/** A value as text, with the types that JSON does not tell apart. */
function shape(value) {
  if (value instanceof Uint8Array) {
    return `bytes ${[...value]}`;
  }
  if (value instanceof Map) {
    return `map ${shape([...value])}`;
  }
  if (value !== null && typeof value === "object") {
    return `{${Object.keys(value)
      .sort()
      .map((name) => `${name}: ${shape(value[name])}`)}}`;
  }
  return value === undefined ? "undefined" : JSON.stringify(value);
}
