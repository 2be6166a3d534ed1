// The wasm module of the core: where it comes from is decided by the entry that was imported, through `#core` or `initCore`.

/** @typedef {import("../types/slim.d.ts").CoreSource} CoreSource */

const NAME = "nextjs-dynamodb-cache";

/** @type {(() => WebAssembly.Module) | undefined} */
let compile;
/** @type {Promise<void> | undefined} while what `initCore` was given is not there yet */
let underWay;
/** @type {(() => Promise<BufferSource>) | undefined} begins what the first call waits for */
let load;

/**
 * Has the core compiled in this way, at its first use.
 *
 * @param {() => WebAssembly.Module} compileOnce
 */
export function provideCore(compileOnce) {
  compile = compileOnce;
}

/**
 * Has the core compiled from what this gives, where that takes more than a call can do at once. It begins with the first call.
 *
 * @param {() => Promise<BufferSource>} loadOnce
 */
export function provideCoreLater(loadOnce) {
  load = loadOnce;
  compile = () => {
    throw new Error(`${NAME}: its WebAssembly is not compiled yet`);
  };
}

/**
 * @returns {WebAssembly.Module}
 * @throws {Error} where the runtime runs no WebAssembly, or none that its bundler has not compiled, and before `initCore`
 */
export function compileCore() {
  requireWebAssembly();
  if (!compile) {
    throw new Error(`${NAME}/slim carries no WebAssembly: call initCore() with the module first, and wait for it`);
  }
  return compile();
}

/** @type {typeof import("../types/slim.d.ts").initCore} */
export function initCore(source) {
  const initialized = initialize(source);
  const settled = initialized.catch(() => {}).finally(() => {
    if (underWay === settled) {
      underWay = undefined;
    }
  });
  underWay = settled;
  return initialized;
}

/**
 * What a first call waits for while the module is on its way.
 *
 * @returns {Promise<void> | undefined}
 */
export function coreUnderWay() {
  if (load) {
    const begun = initCore(load());
    load = undefined;
    begun.catch((error) => {
      compile = () => {
        throw error;
      };
    });
  }
  return underWay;
}

/** @param {CoreSource | Promise<CoreSource>} source */
async function initialize(source) {
  requireWebAssembly();
  // A module that is there is taken at once: the next call finds it.
  const given = "then" in Object(source) ? await source : source;
  const module = moduleIn(given) ?? (await compiled(given));
  compile = () => module;
}

/**
 * A module, or what `import()` of one gives. By its tag: an edge runtime may hand over one of another realm.
 *
 * @param {any} given
 * @returns {WebAssembly.Module | undefined}
 */
function moduleIn(given) {
  return [given, given?.default].find((value) => tagOf(value) === "[object WebAssembly.Module]");
}

/**
 * @param {any} given
 * @returns {Promise<WebAssembly.Module>}
 */
async function compiled(given) {
  const bytes = typeof given?.arrayBuffer === "function" ? await bodyOf(given) : given;
  if (!ArrayBuffer.isView(bytes) && !/ArrayBuffer\]$/.test(tagOf(bytes))) {
    throw new TypeError(`${NAME}: initCore() takes a WebAssembly.Module, its bytes, a Response with them, or a promise of these`);
  }
  try {
    // By `globalThis`: Next 14 and 15 refuse to bundle the shorter call for their edge runtime, though none of it gets here.
    return await globalThis.WebAssembly.compile(/** @type {BufferSource} */ (bytes));
  } catch (error) {
    throw refused(error);
  }
}

/** @param {Response} response */
async function bodyOf(response) {
  if (!response.ok) {
    throw new Error(`${NAME}: the WebAssembly was answered with status ${response.status}`);
  }
  return response.arrayBuffer();
}

/** @param {unknown} value */
function tagOf(value) {
  return Object.prototype.toString.call(value);
}

/**
 * @param {unknown} error why no module came of the bytes
 * @returns {Error}
 */
export function refused(error) {
  const why = `this runtime refuses to compile the WebAssembly of ${NAME}`;
  return new Error(`${why}: ${error instanceof Error ? error.message : error}`, { cause: error });
}

function requireWebAssembly() {
  if (typeof WebAssembly === "undefined") {
    throw new Error(`${NAME} needs WebAssembly, and this runtime has none`);
  }
}
