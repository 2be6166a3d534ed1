// Faults that take some knowledge of AWS to make: clocks, tokens, batches and pages without end, credentials, and
// stored bytes.

import { CREDENTIALS } from "./instance.mjs";
import { startFaultServer } from "./server.mjs";
import { answer, refusal } from "./wire.mjs";

/** @typedef {import("./catalogue.mjs").Fault} Fault */
/** @typedef {import("./catalogue.mjs").Open} Open */
/** @typedef {import("./server.mjs").Exchange} Exchange */

const TEN_MINUTES_MS = 600_000;
/** AWS accepts what was signed up to five minutes from its own time. */
const ACCEPTED_SKEW_MS = 300_000;

/** @type {Fault[]} */
export const awsFaults = [
  {
    name: "ExpiredToken until it is renewed",
    options: renewedToken,
    behaviour: { asked: expired("token-1") },
    expected: "succeeds",
  },
  { name: "ExpiredToken for ever", behaviour: { asked: expired(CREDENTIALS.sessionToken) } },
  { name: "clock 10 minutes slow", behaviour: { asked: skewed(TEN_MINUTES_MS) }, expected: "succeeds" },
  { name: "clock 10 minutes fast", behaviour: { asked: skewed(-TEN_MINUTES_MS) }, expected: "succeeds" },
  {
    name: "UnprocessedKeys for ever",
    behaviour: { asked: unprocessed },
    // The log and the entry are read and written alone; the rows of the tag index may be missing.
    expected: {
      get: "miss",
      "'use cache' get": "miss",
      refreshTags: "read",
      set: "stored",
      revalidateTag: "confirmed",
    },
  },
  {
    name: "LastEvaluatedKey in a loop",
    behaviour: { asked: endlessPages },
    // Only a sweep queries, behind everybody's back; it has an end of its own.
    expected: { get: "hit", "'use cache' get": "hit", refreshTags: "read", set: "stored", revalidateTag: "confirmed" },
  },
  { name: "source of credentials silent", open: silentCredentials },
  { name: "container's credentials silent", open: silentMetadata(inContainer) },
  { name: "instance metadata silent", open: silentMetadata(onInstance) },
  {
    name: "stored bytes corrupted",
    behaviour: { asked: corrupted },
    expected: {
      get: "miss",
      "'use cache' get": "miss",
      refreshTags: "read",
      set: "stored",
      revalidateTag: "confirmed",
    },
  },
];

/** @returns {import("../../types/index.d.ts").DynamoDBCacheOptions} */
function renewedToken() {
  let token = 0;
  return { credentials: () => ({ ...CREDENTIALS, sessionToken: `token-${++token}` }) };
}

/** @param {string} token */
function expired(token) {
  return (/** @type {Exchange} */ { request, socket, forward }) =>
    request.headers["x-amz-security-token"] === token ? socket.write(refusal("ExpiredTokenException")) : forward();
}

/** @param {number} aheadMs of the server's clock */
function skewed(aheadMs) {
  return async (/** @type {Exchange} */ { request, socket, fromEmulator }) => {
    const serverMs = Date.now() + aheadMs;
    const date = new Date(serverMs).toUTCString();
    if (Math.abs(timeOf(request.headers["x-amz-date"] ?? "") - serverMs) > ACCEPTED_SKEW_MS) {
      socket.write(refusal("InvalidSignatureException", 400, { date }));
    } else {
      const { status, body } = await fromEmulator();
      socket.write(answer(status, body, { date }));
    }
  };
}

/** @param {string} amzDate such as 20150830T123600Z */
function timeOf(amzDate) {
  return Date.parse(amzDate.replace(/^(....)(..)(..T..)(..)(..Z)$/, "$1-$2-$3:$4:$5"));
}

/** @param {Exchange} exchange */
function unprocessed({ request, socket, forward }) {
  const { RequestItems } = JSON.parse(request.body);
  if (request.operation === "BatchGetItem") {
    return socket.write(answer(200, JSON.stringify({ Responses: {}, UnprocessedKeys: RequestItems })));
  }
  if (request.operation === "BatchWriteItem") {
    return socket.write(answer(200, JSON.stringify({ UnprocessedItems: RequestItems })));
  }
  return forward();
}

/** @param {Exchange} exchange */
function endlessPages({ request, socket, forward }) {
  const page = { Items: [], Count: 0, ScannedCount: 0, LastEvaluatedKey: { key: { S: "again" }, tag: { S: "again" } } };
  return request.operation === "Query" ? socket.write(answer(200, JSON.stringify(page))) : forward();
}

/** @type {Open} */
async function silentCredentials({ server }) {
  /** @type {(() => void)[]} */
  const waiting = [];
  let isSilent = true;
  const credentials = async () => {
    if (isSilent) {
      await new Promise((resolve) => waiting.push(() => resolve(undefined)));
    }
    return CREDENTIALS;
  };
  return {
    endpoint: server.endpoint,
    options: { credentials },
    recover: async () => {
      isSilent = false;
      waiting.forEach((answerIt) => answerIt());
    },
    close: async () => {},
  };
}

/**
 * A source of the default chain that takes connections and says nothing, and in the end answers.
 *
 * @param {(origin: string) => Record<string, string>} environmentOf what points the chain to it
 * @returns {Open}
 */
function silentMetadata(environmentOf) {
  return async ({ server, emulator }) => {
    const metadata = await startFaultServer(emulator);
    metadata.behave({ connected: () => {} });
    const environment = { ...NO_CREDENTIALS, ...environmentOf(metadata.endpoint) };
    const before = Object.keys(environment).map((name) => [name, process.env[name]]);
    setEnvironment(Object.entries(environment));
    return {
      endpoint: server.endpoint,
      options: { credentials: undefined },
      async recover() {
        metadata.behave({ asked: ({ request, socket }) => socket.write(answer(200, metadataAt(request.path))) });
        metadata.disconnect();
      },
      async close() {
        setEnvironment(before);
        await metadata.stop();
      },
    };
  };
}

/** Where the chain would find something on this machine. */
const NO_CREDENTIALS = {
  AWS_ACCESS_KEY_ID: undefined,
  AWS_SECRET_ACCESS_KEY: undefined,
  AWS_WEB_IDENTITY_TOKEN_FILE: undefined,
  AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: undefined,
  AWS_CONTAINER_CREDENTIALS_FULL_URI: undefined,
  AWS_CONFIG_FILE: "/nothing",
  AWS_SHARED_CREDENTIALS_FILE: "/nothing",
};

/** @param {string} origin */
function inContainer(origin) {
  return { AWS_CONTAINER_CREDENTIALS_FULL_URI: `${origin}/credentials` };
}

/** @param {string} origin */
function onInstance(origin) {
  return { AWS_EC2_METADATA_SERVICE_ENDPOINT: origin };
}

/** @param {(readonly [string, string | undefined] | (string | undefined)[])[]} variables */
function setEnvironment(variables) {
  for (const [name = "", value] of variables) {
    if (value === undefined) {
      delete process.env[name];
    } else {
      process.env[name] = value;
    }
  }
}

/** @param {string} path */
function metadataAt(path) {
  const { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: Token } = CREDENTIALS;
  const Expiration = new Date(Date.now() + 3_600_000).toISOString();
  switch (path) {
    case "/latest/api/token":
      return "a token";
    case "/latest/meta-data/iam/security-credentials/":
    case "/latest/meta-data/iam/security-credentials-extended/":
      return "role";
    default:
      return JSON.stringify({ Code: "Success", AccessKeyId, SecretAccessKey, Token, Expiration });
  }
}

/** @param {Exchange} exchange */
async function corrupted({ socket, fromEmulator }) {
  const { status, body } = await fromEmulator();
  const flip = (/** @type {string} */ value) => {
    const bytes = Buffer.from(value, "base64");
    const middle = bytes.length >> 1;
    bytes[middle] = /** @type {number} */ (bytes[middle]) ^ 1;
    return bytes.toString("base64");
  };
  const changed = String(body).replaceAll(/"value":\{"B":"([^"]+)"\}/g, (_, value) => `"value":{"B":"${flip(value)}"}`);
  socket.write(answer(status, changed));
}
