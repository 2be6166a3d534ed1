// All faults, and what is expected of each call under each of them.

import { answerFaults } from "./answer-faults.mjs";
import { awsFaults } from "./aws-faults.mjs";
import { connectionFaults } from "./connection-faults.mjs";
import { trapFaults } from "./trap-faults.mjs";

/** @typedef {import("./server.mjs").FaultServer} FaultServer */
/** @typedef {import("../../types/index.d.ts").DynamoDBCacheOptions} Options */

/**
 * @typedef {object} World
 * @property {string} emulator
 * @property {FaultServer} server of this fault alone
 * @property {ReturnType<typeof import("./certificates.mjs").makeCertificates>} certificates
 */

/**
 * @typedef {object} Place where a fault is, when it is not in the behaviour of the fault server
 * @property {string} endpoint
 * @property {FaultServer} [server] the one whose connections are counted
 * @property {Options} [options]
 * @property {() => Promise<void>} recover ends the fault
 * @property {() => Promise<unknown>} close
 */

/** @typedef {(world: World) => Promise<Place>} Open */

/**
 * @typedef {object} Fault
 * @property {string} name
 * @property {import("./server.mjs").Behaviour} [behaviour]
 * @property {Open} [open]
 * @property {() => Options} [options] of the cache under test
 * @property {() => void} [before] right before the call
 * @property {boolean} [warm] the cache has connections already
 * @property {boolean} [closes] no connection may be left
 * @property {number} [opening] how many connections may still be there, whose handshake does not end: one is given a second and a half
 * @property {"succeeds" | Record<Call, string>} [expected] otherwise everything is a miss
 */

/** @typedef {"get" | "'use cache' get" | "refreshTags" | "set" | "revalidateTag"} Call */

/** In this order: a revalidation that is held goes on behind. */
export const CALLS = /** @type {Call[]} */ (["get", "'use cache' get", "refreshTags", "set", "revalidateTag"]);

/** @type {Record<Call, string>} */
const MISSES = {
  get: "miss",
  "'use cache' get": "miss",
  refreshTags: "not read",
  set: "not stored",
  revalidateTag: "held",
};

/** @type {Record<Call, string>} */
const SUCCEEDS = {
  get: "hit",
  "'use cache' get": "hit",
  refreshTags: "read",
  set: "stored",
  revalidateTag: "confirmed",
};

/** @type {Fault[]} */
export const FAULTS = [...trapFaults, ...connectionFaults, ...answerFaults, ...awsFaults];

/**
 * @param {Fault} fault
 * @param {Call} call
 */
export function expectedOf({ expected }, call) {
  if (expected === "succeeds") {
    return SUCCEEDS[call];
  }
  return (expected ?? MISSES)[call];
}
