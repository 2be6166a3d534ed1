/** What came is no response of HTTP/1.1. */
export class MalformedResponse extends Error {
  code = "MALFORMED_RESPONSE";

  /** @param {string} why */
  constructor(why) {
    super(`the response is not HTTP: ${why}`);
  }
}
