// The options: what each accepts, what it defaults to, and an error that names the one at fault.

/** @typedef {import("../types/index.d.ts").DynamoDBCacheOptions} DynamoDBCacheOptions */
/** @typedef {import("../types/index.d.ts").AwsCredentials} AwsCredentials */
/** @typedef {(value: any) => boolean} Check */

/** @type {Check} */
const isString = (value) => typeof value === "string";
/** @type {Check} */
const isName = (value) => typeof value === "string" && value.length > 0;
/** @type {Check} */
const isBoolean = (value) => typeof value === "boolean";
/** @type {Check} */
const isFunction = (value) => typeof value === "function";
/** @type {(max: number) => Check} */
const isCount = (max) => (value) => Number.isInteger(value) && value >= 0 && value <= max;
/** @type {Check} */
const isLogger = (value) =>
  typeof value === "boolean" ||
  (value !== null &&
    typeof value === "object" &&
    ["debug", "info", "warn", "error"].every((level) => typeof value[level] === "function"));
/** @type {Check} */
const areCredentials = (value) =>
  typeof value === "function" ||
  (value !== null && typeof value === "object" && isName(value.accessKeyId) && isName(value.secretAccessKey));

const MILLISECONDS = "a whole number of milliseconds from 1 to 900000";
/** @type {Check} */
const isBudget = (value) => isCount(900_000)(value) && value > 0;
const MAX_U32 = 4_294_967_295;

/** @type {Record<keyof DynamoDBCacheOptions, [accepts: string, check: Check]>} */
const ACCEPTED = {
  tableName: ["a table name", isName],
  region: ["an AWS region such as eu-central-1", isName],
  credentials: ["an object with accessKeyId and secretAccessKey, or a function that returns one", areCredentials],
  tagIndexName: ["an index name", isName],
  defaultTtlSeconds: ["a whole number of seconds", isCount(MAX_U32)],
  keyPrefix: ["a string", isString],
  log: ["true, false or an object with debug, info, warn and error", isLogger],
  endpoint: ["a URL such as http://localhost:8000", isName],
  allowInsecureEndpoint: ["true or false", isBoolean],
  buildId: ["a string or false", (value) => value === false || isName(value)],
  readTimeoutMs: [MILLISECONDS, isBudget],
  writeTimeoutMs: [MILLISECONDS, isBudget],
  coldTimeoutMs: [MILLISECONDS, isBudget],
  tagIndex: ['"all", "explicit" or "off"', (value) => ["all", "explicit", "off"].includes(value)],
  fetch: ["a fetch-shaped function", isFunction],
  memoryMaxBytes: ["a whole number of bytes", isCount(MAX_U32)],
  tagFreshnessMs: ["a whole number of milliseconds", isCount(MAX_U32)],
  renderLeaseMs: ["a whole number of milliseconds up to 900000", isCount(900_000)],
  throwOnRevalidateError: ["true or false", isBoolean],
  onEvent: ["a function", isFunction],
};

/**
 * The options with their defaults.
 *
 * @param {DynamoDBCacheOptions} given
 * @param {(name: string) => string | undefined} env
 * @throws {TypeError} that names the option, what was given and what is accepted
 */
export function resolveOptions(given, env) {
  if (given === null || typeof given !== "object" || Array.isArray(given)) {
    throw new TypeError(`nextjs-dynamodb-cache: configure() takes an object of options, not ${describe(given)}`);
  }
  for (const [name, value] of Object.entries(given)) {
    checkOption(name, value);
  }
  return {
    tableName: given.tableName ?? (env("NEXT_CACHE_DYNAMODB_TABLE") || "nextjs-cache"),
    region: given.region,
    credentials: given.credentials,
    tagIndexName: given.tagIndexName ?? "tag-index",
    defaultTtlSeconds: given.defaultTtlSeconds ?? 604_800,
    keyPrefix: given.keyPrefix ?? "",
    log: given.log ?? true,
    endpoint: given.endpoint,
    allowInsecureEndpoint:
      given.allowInsecureEndpoint ?? ["1", "true"].includes(env("NEXT_CACHE_ALLOW_INSECURE_ENDPOINT") ?? ""),
    buildId: given.buildId ?? "auto",
    readTimeoutMs: given.readTimeoutMs ?? 300,
    writeTimeoutMs: given.writeTimeoutMs ?? 2_000,
    coldTimeoutMs: given.coldTimeoutMs ?? 1_500,
    tagIndex: given.tagIndex ?? "all",
    fetch: given.fetch,
    memoryMaxBytes: given.memoryMaxBytes ?? 33_554_432,
    tagFreshnessMs: given.tagFreshnessMs ?? 0,
    renderLeaseMs: given.renderLeaseMs ?? 0,
    throwOnRevalidateError: given.throwOnRevalidateError ?? false,
    onEvent: given.onEvent,
  };
}

/** @typedef {ReturnType<typeof resolveOptions>} Options */

/**
 * The options that the core needs, in the shape of `src/wasm/options.rs`.
 *
 * @param {Options} options
 */
export function coreOptions(options) {
  const { credentials, fetch: _fetch, log: _log, onEvent, buildId: _buildId, ...plain } = options;
  // Where nobody listens, answers need not say what they consumed.
  return { ...plain, hasCredentials: credentials !== undefined, asksForCapacity: onEvent !== undefined };
}

/**
 * @param {string} name
 * @param {unknown} value
 */
function checkOption(name, value) {
  if (!Object.hasOwn(ACCEPTED, name)) {
    const known = Object.keys(ACCEPTED).join(", ");
    throw new TypeError(`nextjs-dynamodb-cache: there is no option ${JSON.stringify(name)}; the options are ${known}`);
  }
  const [accepts, check] = ACCEPTED[/** @type {keyof DynamoDBCacheOptions} */ (name)];
  if (value !== undefined && !check(value)) {
    // Credentials are described by their type alone: an error must not show a key.
    const shown = name === "credentials" ? typeof value : describe(value);
    throw new TypeError(`nextjs-dynamodb-cache: the option ${name} was given ${shown}; it accepts ${accepts}`);
  }
}

/** @param {unknown} value */
export function describe(value) {
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean" || value == null) {
    return JSON.stringify(value) ?? "undefined";
  }
  return Array.isArray(value) ? "an array" : `a value of type ${typeof value}`;
}
