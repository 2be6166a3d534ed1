import type { CacheEvent } from "./index.js";

/**
 * An `onEvent` function that writes CloudWatch's embedded metric format: a few lines at most once an interval, which CloudWatch
 * makes metrics of wherever standard output goes to CloudWatch Logs, as on Lambda and by ECS's awslogs driver.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export function createCloudWatchEmitter(options?: CloudWatchEmitterOptions): CloudWatchEmitter;

export interface CloudWatchEmitterOptions {
  /** The metrics' namespace. Default: `nextjs-dynamodb-cache`. */
  namespace?: string;
  /** Dimensions of all metrics, such as `{ Service: "shop" }`: each combination of values is billed as metrics of its own. Default: none. */
  dimensions?: Record<string, string>;
  /** Takes a line, without its end. Default: to standard output, else `console.log`. */
  write?: (line: string) => void;
  /** How long events are summed up, in milliseconds. Default: 60000, CloudWatch's standard resolution. */
  intervalMs?: number;
}

export interface CloudWatchEmitter {
  (event: CacheEvent): void;
  /** Writes what waits, before a process ends. */
  flush(): void;
}
