export * from "./index.js";
export * from "./client.js";
export * from "./use-cache.js";

/** What the core can be made of: the compiled module, as such or imported; its bytes; a response that brings them. */
export type CoreSource = WebAssembly.Module | { default: WebAssembly.Module } | BufferSource | Response;

/**
 * Hands over the core, `nextjs-dynamodb-cache/core.wasm`, which this entry does not carry. A module that is passed is used
 * by the next call; while bytes or a promise are under way, calls wait for them within `coldTimeoutMs`.
 * Rejects when no module came of it, or the runtime has no WebAssembly; it may be called again.
 */
export function initCore(source: CoreSource | Promise<CoreSource>): Promise<void>;
