// A DynamoDB that answers as fast as HTTP allows, in a process of its own: what is measured is the client.
//
// While it records (POST /record), it keeps the rows that are put and counts requests, bytes and capacity units by
// DynamoDB's rules; it forgets what it kept before. Otherwise (POST /replay) each request gets the answer that its like got before, or `{}`.

import { createServer } from "node:http";
import { fileURLToPath } from "node:url";
import { fork } from "node:child_process";
import { once } from "node:events";
import { itemBytes, readUnits, writeUnits } from "./capacity-units.mjs";

/** @typedef {Record<string, any>} Item */
/** @typedef {{ requests: Record<string, number>, bytesSent: number, bytesReceived: number, bytesStored: number, entryReadUnits: number, writeUnits: number, strongReadUnits: number, eventualReadUnits: number }} Counts */

const HEADERS = { "content-type": "application/x-amz-json-1.0", "x-amzn-requestid": "STUB" };
/** Rows of a page of a query, as many as fit DynamoDB's 1 MB of short rows. */
const PAGE_ROWS = 1_000;

/**
 * Starts one; `control` posts to its own paths and gives what they answer.
 *
 * @returns {Promise<{ url: string, control: (path: string) => Promise<any>, stop: () => void }>}
 */
export async function startStub() {
  const child = fork(fileURLToPath(import.meta.url), ["serve"]);
  const [port] = /** @type {[number]} */ (/** @type {unknown} */ (await once(child, "message")));
  const url = `http://127.0.0.1:${port}`;
  const control = async (/** @type {string} */ path) => (await fetch(url + path, { method: "POST" })).json();
  return { url, control, stop: () => child.kill() };
}

if (process.argv[1] === fileURLToPath(import.meta.url) && process.argv[2] === "serve") {
  serve();
}

function serve() {
  const table = createTable();
  let isRecording = true;
  /** @type {Map<string, Buffer>} */
  const answers = new Map();
  /** @type {{ headers: Record<string, unknown>, body: string } | null} */
  let lastRead = null;
  const server = createServer((incoming, outgoing) => {
    /** @type {Buffer[]} */
    const chunks = [];
    incoming.on("data", (chunk) => chunks.push(chunk));
    incoming.on("end", () => {
      const send = (/** @type {Buffer} */ body) =>
        outgoing.writeHead(200, { ...HEADERS, "content-length": body.length }).end(body);
      const target = String(incoming.headers["x-amz-target"] ?? "");
      if (!target) {
        isRecording = incoming.url === "/record" || (incoming.url !== "/replay" && isRecording);
        if (incoming.url === "/record") {
          table.clear();
          answers.clear();
        }
        const told = { "/counts": table.takeCounts, "/fill": table.fill, "/last-read": () => lastRead }[incoming.url ?? ""];
        return send(Buffer.from(JSON.stringify(told?.() ?? null)));
      }
      const operation = target.slice(target.indexOf(".") + 1);
      const isRead = operation.includes("Get");
      if (!isRecording && !isRead) {
        return send(Buffer.from("{}"));
      }
      const body = Buffer.concat(chunks).toString("latin1");
      const known = isRecording ? undefined : answers.get(operation + body);
      if (known) {
        return send(known);
      }
      const text = Buffer.from(body, "latin1").toString();
      const answer = table.answer(operation, text);
      answers.set(operation + body, answer);
      lastRead = isRead ? { headers: incoming.headers, body: text } : lastRead;
      return send(answer);
    });
  });
  server.keepAliveTimeout = 60_000;
  server.listen(0, "127.0.0.1", () => {
    process.send?.(/** @type {import("node:net").AddressInfo} */ (server.address()).port);
  });
  process.on("disconnect", () => process.exit());
}

/** The rows, and what was asked of them. */
function createTable() {
  /** @type {Map<string, Item>} */
  const rows = new Map();
  let counts = noCounts();

  /** @param {Item} item */
  function put(item) {
    counts.bytesStored += itemBytes(item);
    charge(item);
    rows.set(item.key.S, item);
  }

  /** A delete costs what the row that is deleted would cost to write. @param {string} key */
  function remove(key) {
    charge(rows.get(key) ?? {});
    rows.delete(key);
  }

  /** @param {Item} item */
  function charge(item) {
    const units = writeUnits(itemBytes(item));
    // A row with a tag is in the index too, which projects its keys and what the table's definition names.
    counts.writeUnits += units * (item.tag ? 2 : 1);
  }

  /** @param {string} key @param {boolean} [consistent] */
  function get(key, consistent) {
    const item = rows.get(key);
    const bytes = item ? itemBytes(item) : 1;
    counts.entryReadUnits = Math.max(counts.entryReadUnits, readUnits(bytes) / 2);
    counts.strongReadUnits += readUnits(bytes) * (consistent ? 1 : 0);
    counts.eventualReadUnits += consistent ? 0 : readUnits(bytes) / 2;
    return item;
  }

  /** @type {Record<string, (request: any) => object>} */
  const operations = {
    PutItem: ({ Item }) => (put(Item), {}),
    GetItem({ Key, ConsistentRead }) {
      const item = get(Key.key.S, ConsistentRead);
      return item ? { Item: item } : {};
    },
    BatchGetItem({ RequestItems }) {
      const [[name, { Keys, ConsistentRead }]] = /** @type {[[string, any]]} */ (Object.entries(RequestItems));
      const items = Keys.map((/** @type {Item} */ { key }) => get(key.S, ConsistentRead)).filter(Boolean);
      return { Responses: { [name]: items }, UnprocessedKeys: {} };
    },
    BatchWriteItem({ RequestItems }) {
      for (const { PutRequest, DeleteRequest } of Object.values(RequestItems).flat()) {
        PutRequest ? put(PutRequest.Item) : remove(DeleteRequest.Key.key.S);
      }
      return { UnprocessedItems: {} };
    },
    DeleteItem: ({ Key }) => (remove(Key.key.S), {}),
    // An entry of several rows, and the log's append; of the entry rows that a sweep deletes nothing comes back.
    UpdateItem({ Key, UpdateExpression: expression, ExpressionAttributeNames: names, ExpressionAttributeValues: values }) {
      if (!values[":events"]) {
        const set = [...expression.matchAll(/(#\w+) = (:\w+)/g)].map(([, name, value]) => [names[name], values[value]]);
        put({ ...rows.get(Key.key.S), ...Key, ...Object.fromEntries(set) });
        return {};
      }
      const row = rows.get(Key.key.S) ?? { key: Key.key, events: { L: [] }, version: { N: "0" } };
      const events = { L: [...row.events.L, ...(values[":events"]?.L ?? [])] };
      const version = { N: String(Number(row.version.N) + Number(values[":count"]?.N ?? 0)) };
      put({ began: values[":began"], ...row, events, version });
      return { Attributes: rows.get(Key.key.S) };
    },
    Query({ ExclusiveStartKey, ExpressionAttributeValues }) {
      const wanted = Object.values(ExpressionAttributeValues).map((/** @type {any} */ value) => value.S);
      const all = [...rows.values()].filter(({ tag }) => tag && wanted.includes(tag.S));
      const from = ExclusiveStartKey ? all.findIndex(({ key }) => key.S === ExclusiveStartKey.key.S) + 1 : 0;
      const page = all.slice(from, from + PAGE_ROWS);
      const last = from + PAGE_ROWS < all.length ? page.at(-1) : undefined;
      const items = page.map(({ key, tag }) => ({ key, tag }));
      counts.eventualReadUnits += readUnits(items.reduce((sum, item) => sum + itemBytes(item), 0)) / 2;
      return { Items: items, Count: items.length, ...(last && { LastEvaluatedKey: { key: last.key, tag: last.tag } }) };
    },
  };

  return {
    /** @param {string} operation @param {string} body */
    answer(operation, body) {
      counts.requests[operation] = (counts.requests[operation] ?? 0) + 1;
      counts.bytesSent += Buffer.byteLength(body);
      const answer = Buffer.from(JSON.stringify(operations[operation]?.(JSON.parse(body)) ?? {}));
      counts.bytesReceived += answer.length;
      return answer;
    },
    clear: () => rows.clear(),
    /** Has every tag of an entry name 10,000 entries more. */
    fill() {
      for (const row of [...rows.values()].filter(({ tag }) => tag)) {
        for (let index = 0; index < 10_000; index += 1) {
          const key = { S: `${row.key.S} ${index}` };
          rows.set(key.S, { ...row, key });
        }
      }
    },
    takeCounts() {
      const taken = counts;
      counts = noCounts();
      return taken;
    },
  };
}

/** @returns {Counts} */
function noCounts() {
  return {
    requests: {},
    bytesSent: 0,
    bytesReceived: 0,
    bytesStored: 0,
    entryReadUnits: 0,
    writeUnits: 0,
    strongReadUnits: 0,
    eventualReadUnits: 0,
  };
}
