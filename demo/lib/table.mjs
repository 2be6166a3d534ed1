// The rows of the table, for people to look at. The package needs no Scan, and its IAM policy allows none: this asks
// the local emulator, which accepts any signature, with a header that only has a signature's shape.

const UNSIGNED =
  "AWS4-HMAC-SHA256 Credential=demo/20260101/local/dynamodb/aws4_request, SignedHeaders=host, Signature=none";

/**
 * @typedef {object} Row
 * @property {"entry" | "part" | "tag" | "log" | "state"} row
 * @property {string} key
 * @property {string} [kind] what Next calls the value
 * @property {number} [storedBytes] of the value in the table
 * @property {number} [rawBytes] of the value before compression
 * @property {string[]} tags
 * @property {number} [expiresAtS] Unix seconds
 * @property {number} [version] of the log
 * @property {number} [events] in the log
 */

/** @returns {Promise<Row[]>} */
export async function tableRows() {
  const rows = [];
  let from;
  do {
    const page = await scan(from);
    rows.push(...page.Items.map(rowOf));
    from = page.LastEvaluatedKey;
  } while (from);
  return rows.sort((a, b) => a.key.localeCompare(b.key));
}

/** @param {object | undefined} from */
async function scan(from) {
  const response = await fetch(/** @type {string} */ (process.env.AWS_ENDPOINT_URL_DYNAMODB), {
    method: "POST",
    headers: {
      "content-type": "application/x-amz-json-1.0",
      "x-amz-target": "DynamoDB_20120810.Scan",
      "x-amz-date": "20260101T000000Z",
      authorization: UNSIGNED,
    },
    body: JSON.stringify({ TableName: process.env.NEXT_CACHE_DYNAMODB_TABLE, ExclusiveStartKey: from }),
    cache: "no-store",
  });
  if (!response.ok) {
    throw new Error(`Scan answered ${response.status}: ${await response.text()}`);
  }
  return response.json();
}

/**
 * @param {Record<string, any>} item as DynamoDB writes it
 * @returns {Row}
 */
function rowOf(item) {
  const key = item.key.S;
  return {
    row: rowKind(key),
    key,
    kind: item.kind?.S,
    storedBytes: number(item.storedSize) ?? (item.value?.B && base64Bytes(item.value.B)),
    rawBytes: number(item.rawSize),
    tags: item.tags?.L?.map((/** @type {{ S: string }} */ tag) => tag.S) ?? (item.tag ? [item.tag.S] : []),
    expiresAtS: number(item.expiresAt),
    version: number(item.version),
    events: item.events?.L?.length,
  };
}

/**
 * @param {string} key
 * @returns {Row["row"]}
 */
function rowKind(key) {
  if (key === "__revalidations__") return "log";
  if (key.startsWith("__revalidated__")) return "state";
  if (key.startsWith("__tag__")) return "tag";
  return key.startsWith("__part__") ? "part" : "entry";
}

/** @param {{ N: string } | undefined} attribute */
function number(attribute) {
  return attribute && Number(attribute.N);
}

/** @param {string} text */
function base64Bytes(text) {
  return Buffer.byteLength(text, "base64");
}
