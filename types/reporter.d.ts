import type { CacheEvent } from "./index.js";

/**
 * An `onEvent` function that tells the window (`npx nextjs-dynamodb-cache ui`) what this process does: in batches, at most
 * once a second. It never throws, keeps no process alive for longer than a second, and forgets what the window does not take.
 * Without an address it does nothing.
 */
export function createReporter(options?: ReporterOptions): Reporter;

export interface ReporterOptions {
  /** The address that the command prints, with its token: on this machine, or https. Default: `NEXT_CACHE_WINDOW_URL`. */
  url?: string;
  /** What the window calls this process. Default: its host's name and a number. */
  instance?: string;
}

export interface Reporter {
  (event: CacheEvent): void;
  /** Sends what waits, before a process ends or is frozen. Never rejects. */
  flush(): Promise<void>;
}
