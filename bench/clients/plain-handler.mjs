// A cache handler as it is usually written: the value as JSON in a string attribute, a row per tag that is read along.

/**
 * @param {(operation: string, input: object) => Promise<any>} send
 * @param {{ wrap: (text: string) => unknown, unwrap: (attribute: any) => string }} attribute how the client spells a string
 */
export function plainHandler(send, { wrap, unwrap }) {
  const TableName = "bench";
  const keyOf = (key) => ({ key: wrap(key) });
  const read = async (key) => {
    const { Item } = await send("GetItem", { TableName, Key: keyOf(key) });
    return Item ? parsed(unwrap(Item.value)) : null;
  };
  const put = (key, value, tags) =>
    send("PutItem", { TableName, Item: { ...keyOf(key), value: wrap(serialized(value, tags)) } });
  return {
    async get(key) {
      const entry = await read(key);
      const Keys = entry.tags.map((tag) => keyOf(`tag#${tag}`));
      const { Responses } = await send("BatchGetItem", { RequestItems: { [TableName]: { Keys } } });
      return Responses[TableName].some(({ at }) => Number(unwrap(at)) > entry.lastModified) ? null : entry;
    },
    async set(key, value) {
      const tags = value.headers["x-next-cache-tags"].split(",");
      await put(key, value, tags);
      const rows = tags.map((tag) => ({ PutRequest: { Item: { ...keyOf(`${tag}#${key}`), tag: wrap(tag) } } }));
      await send("BatchWriteItem", { RequestItems: { [TableName]: rows } });
    },
    /** One request, without the tags: the least that anyone does. */
    getEntry: read,
    setEntry: (key, value) => put(key, value, value.headers["x-next-cache-tags"].split(",")),
  };
}

/** Buffers are base64, which is shorter than their own JSON form. */
export function serialized({ rscData, segmentData, ...value }, tags) {
  const segments = [...segmentData].map(([name, bytes]) => [name, bytes.toString("base64")]);
  const encoded = { ...value, rscData: rscData.toString("base64"), segmentData: segments };
  return JSON.stringify({ value: encoded, tags, lastModified: Date.now() });
}

export function parsed(text) {
  const entry = JSON.parse(text);
  entry.value.rscData = Buffer.from(entry.value.rscData, "base64");
  entry.value.segmentData = new Map(
    entry.value.segmentData.map(([name, encoded]) => [name, Buffer.from(encoded, "base64")]),
  );
  return entry;
}

/** How the wire spells a string, and how clients that translate do. */
export const RAW = { wrap: (text) => ({ S: text }), unwrap: ({ S }) => S };
export const TRANSLATED = { wrap: (text) => text, unwrap: (text) => text };
