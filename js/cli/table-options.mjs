// Options of every command that is about a table: the handler's, with its environment.

/**
 * @typedef {object} Context
 * @property {Record<string, any>} options of the command line
 * @property {import("../../types/index.d.ts").DynamoDBCacheOptions} [table] the handler's options in them
 */

/** @param {import("commander").Command} command */
export function addTableOptions(command) {
  command
    .option("--table <name>", "the table (default: NEXT_CACHE_DYNAMODB_TABLE, else nextjs-cache)")
    .option("--region <name>", "the AWS region (default: NEXT_CACHE_AWS_REGION, AWS_REGION, AWS_DEFAULT_REGION, the profile's)")
    .option("--endpoint <url>", "a local emulator, a VPC endpoint (default: AWS_ENDPOINT_URL_DYNAMODB, AWS_ENDPOINT_URL, else AWS's)")
    .option("--index <name>", "the tag index (default: tag-index)")
    .option("--prefix <text>", "the application's keyPrefix (default: none)")
    .option("--allow-insecure-endpoint", "accept http:// to another machine")
    .option("--json", "print one JSON document");
}

/** What administration needs of the handler's options: patience, and no logs but errors. */
export const PATIENT = {
  readTimeoutMs: 20_000,
  coldTimeoutMs: 20_000,
  writeTimeoutMs: 20_000,
  log: {
    debug() {},
    info() {},
    /** @param {string} line */
    warn: (line) => void process.stderr.write(`${line}\n`),
    /** @param {string} line */
    error: (line) => void process.stderr.write(`${line}\n`),
  },
};

/** @param {import("../../types/index.d.ts").DynamoDBCacheOptions} [table] */
export function nameOf(table) {
  return table?.tableName ?? (process.env.NEXT_CACHE_DYNAMODB_TABLE || "nextjs-cache");
}
