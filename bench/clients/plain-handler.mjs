// A cache handler as it is usually written: the value as JSON in a string attribute, a row per tag that is read along, and
// rows by which a revalidation finds the entries of its tag.

/** @typedef {import("../pages.mjs").Page} Page */
/** @typedef {{ value: Page, tags: string[], lastModified: number }} Entry */
/** @typedef {{ wrap: (text: string) => unknown, unwrap: (attribute: any) => string }} Attribute how a client spells a string */

/** Requests that a BatchWriteItem may have. */
const BATCH_WRITES = 25;

/**
 * @param {(operation: string, input: object) => Promise<any>} send
 * @param {Attribute} attribute
 */
export function plainHandler(send, { wrap, unwrap }) {
  const TableName = "bench";
  const keyOf = (/** @type {string} */ key) => ({ key: wrap(key) });
  const timeKey = (/** @type {string} */ tag) => keyOf(`tag#${tag}`);
  const read = async (/** @type {string} */ key) => {
    const { Item } = await send("GetItem", { TableName, Key: keyOf(key) });
    return Item ? parsed(unwrap(Item.value)) : null;
  };
  const put = (/** @type {string} */ key, /** @type {Page} */ value) =>
    send("PutItem", { TableName, Item: { ...keyOf(key), value: wrap(serialized(value)) } });
  const write = async (/** @type {object[]} */ requests) => {
    for (let from = 0; from < requests.length; from += BATCH_WRITES) {
      await send("BatchWriteItem", { RequestItems: { [TableName]: requests.slice(from, from + BATCH_WRITES) } });
    }
  };
  return {
    /** @param {string} key */
    async get(key) {
      const entry = await read(key);
      if (!entry) {
        return null;
      }
      const { Responses } = await send("BatchGetItem", { RequestItems: { [TableName]: { Keys: entry.tags.map(timeKey) } } });
      const times = Responses[TableName].map((/** @type {any} */ { at }) => Number(unwrap(at)));
      return times.some((/** @type {number} */ time) => time > entry.lastModified) ? null : entry;
    },
    /** @param {string} key @param {Page} value */
    async set(key, value) {
      await put(key, value);
      await write(tagsOf(value).map((tag) => ({ PutRequest: { Item: { ...keyOf(`${tag}#${key}`), tag: wrap(tag) } } })));
    },
    /**
     * Writes the tag's time, and deletes what the index shows for it.
     *
     * @param {string} tag
     */
    async revalidateTag(tag) {
      await send("PutItem", { TableName, Item: { ...timeKey(tag), at: wrap(String(Date.now())) } });
      const query = { TableName, IndexName: "tag-index", KeyConditionExpression: "tag = :tag" };
      let ExclusiveStartKey;
      do {
        const page = { ExpressionAttributeValues: { ":tag": wrap(tag) }, ExclusiveStartKey };
        const { Items, LastEvaluatedKey } = await send("Query", { ...query, ...page });
        const rows = Items.map((/** @type {any} */ { key }) => unwrap(key));
        const keys = rows.flatMap((/** @type {string} */ row) => [row.slice(tag.length + 1), row]);
        await write(keys.map((/** @type {string} */ key) => ({ DeleteRequest: { Key: keyOf(key) } })));
        ExclusiveStartKey = LastEvaluatedKey;
      } while (ExclusiveStartKey);
    },
    /** One request, without the tags: the least that anyone does. */
    getEntry: read,
    setEntry: put,
  };
}

/**
 * Buffers are base64, which is shorter than their own JSON form.
 *
 * @param {Page} page
 */
export function serialized(page) {
  const { rscData, segmentData, ...value } = page;
  const segments = [...segmentData].map(([name, bytes]) => [name, bytes.toString("base64")]);
  const encoded = { ...value, rscData: rscData.toString("base64"), segmentData: segments };
  return JSON.stringify({ value: encoded, tags: tagsOf(page), lastModified: Date.now() });
}

/**
 * @param {string} text
 * @returns {Entry}
 */
export function parsed(text) {
  const entry = JSON.parse(text);
  entry.value.rscData = Buffer.from(entry.value.rscData, "base64");
  entry.value.segmentData = new Map(
    entry.value.segmentData.map((/** @type {[string, string]} */ [name, encoded]) => [name, Buffer.from(encoded, "base64")]),
  );
  return entry;
}

/** @param {Page} page */
export function tagsOf({ headers }) {
  return headers["x-next-cache-tags"].split(",");
}

/** How the wire spells a string. @type {Attribute} */
export const RAW = { wrap: (text) => ({ S: text }), unwrap: ({ S }) => S };
/** How clients that translate do. @type {Attribute} */
export const TRANSLATED = { wrap: (text) => text, unwrap: (text) => text };
