import type { CacheEvent } from "./index.js";

/**
 * An `onEvent` function that measures what the cache does, by the application's OpenTelemetry (`@opentelemetry/api`, which the
 * application installs). A provider that is registered later is found at the next event.
 */
export function createOpenTelemetryEmitter(options?: OpenTelemetryEmitterOptions): (event: CacheEvent) => void;

export interface OpenTelemetryEmitterOptions {
  /** The instrumentation scope of the metrics. Default: `nextjs-dynamodb-cache`. */
  meterName?: string;
  /** Attributes that every measurement gets. */
  attributes?: Record<string, string | number | boolean>;
}
