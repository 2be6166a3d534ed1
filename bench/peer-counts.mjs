// What the alternatives ask of DynamoDB. They share a handler, so that one count stands for all clients that ask for the same.

import { isDeepStrictEqual } from "node:util";
import { CLIENTS } from "./clients/clients.mjs";
import { countBigRevalidation, countOperations } from "./operation-counts.mjs";

const PLAIN = ["AWS SDK", "AWS SDK lib-dynamodb", "aws4fetch", "aws-lite"];

/** @typedef {import("./operation-counts.mjs").Operations} Operations */

/**
 * @typedef {object} PeerCounts
 * @property {{ clients: string[], operations: Operations }[]} plain the clients that ask for the same together
 * @property {Operations} entryAlone
 * @property {number} bigRevalidationRequests of the AWS SDK, for a tag of 10,000 entries
 */

/**
 * @param {{ url: string, control: (path: string) => Promise<any> }} stub
 * @param {string[]} [names] of clients that are counted; else all
 * @returns {Promise<PeerCounts>}
 */
export async function countPeers(stub, names = PLAIN) {
  const plain = [];
  for (const name of PLAIN.filter((name) => names.includes(name))) {
    const operations = await countOperations(stub, await CLIENTS[name](stub.url));
    const alike = plain.find((counted) => isDeepStrictEqual(counted.operations, operations));
    alike ? alike.clients.push(name) : plain.push({ clients: [name], operations });
  }
  const sdk = await CLIENTS["AWS SDK"](stub.url);
  const entryAlone = await countOperations(stub, { get: sdk.getEntry, set: sdk.setEntry });
  return { plain, entryAlone, bigRevalidationRequests: await countBigRevalidation(stub, sdk) };
}
