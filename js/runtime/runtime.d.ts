/** A response that has come whole. */
export interface HttpResponse {
  status: number;
  /** Its header fields as HTTP/1.1 has them: `name: value`, a line each, between them CR LF. */
  headers: string;
  body: Uint8Array<ArrayBuffer>;
}

/**
 * One exchange of HTTP, which follows no redirect. `headers` are as those of the response, with CR LF also at the end; `body`
 * may be changed once the call has returned. One of the two is called, once: with the response, whose body is good only for as long
 * as the call takes, or with what went wrong in the connection. What the exchange returns ends it, and then either of them may be
 * called, or none.
 */
export type Exchange = (
  url: string,
  method: string,
  headers: string,
  body: Uint8Array<ArrayBuffer>,
  settle: { resolve(response: HttpResponse): void; reject(error: unknown): void },
) => () => void;

/** What each runtime that the package runs on gives to the rest of it. */
export interface Runtime {
  /** An environment variable; `undefined` where it is not set or the runtime has none. */
  env(name: string): string | undefined;
  /** A file's bytes; `null` where it cannot be read or the runtime has no files. */
  readFile(path: string): Promise<Uint8Array | null>;
  /** Replaces a file that only its owner may read; whether that worked. */
  writeFile(path: string, bytes: Uint8Array): Promise<boolean>;
  /** What a command prints in the system's shell; `null` where the runtime has none. Rejects with how it ended. */
  runProcess(command: string, timeoutMs: number): Promise<Uint8Array | null>;
  /** AWS's chain of credentials, and the shared files; absent where they would find nothing. */
  loadChain?: () => Promise<typeof import("../chain.mjs")>;
  /** Compresses to raw DEFLATE; absent where the core does it better by itself. */
  deflate?: (raw: Uint8Array) => Uint8Array;
  /** Undoes raw DEFLATE, of modules that JavaScript carries; throws where it is damaged, or gives more than `rawBytes`. */
  inflate?: (compressed: Uint8Array, rawBytes: number) => Uint8Array;
  /** The HTTP that the core uses unless the option `fetch` replaces it. */
  exchange: Exchange;
  /** The runtime's own timer, out of reach of whoever replaces the global one; `clearTimeout` ends it. */
  setTimeout(callback: () => void, delayMs: number): unknown;
  /**
   * Whether a promise, timer or response is of use only to the request in which it was made.
   * https://developers.cloudflare.com/workers/observability/errors/#cannot-perform-io-on-behalf-of-a-different-request
   */
  isolatesRequests?: boolean;
  /** Finds modules as the application does; absent where there are none to find. */
  require?: (id: string) => any;
  /** Runs something out of sight of the request that the caller serves. */
  outsideRequest<T>(run: () => T): T;
}

declare const runtime: Runtime;
export default runtime;
