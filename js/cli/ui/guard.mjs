// Who may ask the window. It listens on loopback, where every page in the browser and every process of the machine can
// reach it: a name that resolves to loopback (DNS rebinding), another origin and a caller without the token are refused.

import { createHash, timingSafeEqual } from "node:crypto";

const NAMES = ["127.0.0.1", "localhost"];

/**
 * @typedef {object} Refusal
 * @property {number} status
 * @property {string} error
 */

/**
 * @param {import("node:http").IncomingMessage} request
 * @param {number} port that is listened on
 * @returns {Refusal | undefined}
 */
export function refuseForeign({ headers }, port) {
  const hosts = NAMES.map((name) => `${name}:${port}`);
  if (!hosts.includes(headers.host ?? "")) {
    return { status: 421, error: `this window answers to ${hosts.join(" and ")} alone` };
  }
  const isForeign = headers.origin !== undefined && headers.origin !== `http://${headers.host}`;
  // Of a link from elsewhere a browser says cross-site too: the page itself may be opened so, and holds nothing.
  const site = headers["sec-fetch-site"];
  const isNavigation = headers["sec-fetch-mode"] === "navigate";
  if (isForeign || (site !== undefined && site !== "same-origin" && site !== "none" && !isNavigation)) {
    return { status: 403, error: "another origin may not ask this window" };
  }
  return undefined;
}

/**
 * @param {import("node:http").IncomingMessage} request
 * @param {string} token
 * @returns {Refusal | undefined}
 */
export function refuseUnknown({ headers }, token) {
  const [, given = ""] = /^Bearer (.+)$/.exec(headers.authorization ?? "") ?? [];
  // Digests have one length, so that comparing them takes one time.
  if (timingSafeEqual(digest(given), digest(token))) {
    return undefined;
  }
  return { status: 401, error: "this needs the token: open the whole address that the command has printed" };
}

/** @param {string} text */
function digest(text) {
  return createHash("sha256").update(text).digest();
}
