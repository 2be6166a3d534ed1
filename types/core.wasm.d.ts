/** The core, compiled by the bundler or the runtime that the import is made in. */
declare const core: WebAssembly.Module;
export default core;
