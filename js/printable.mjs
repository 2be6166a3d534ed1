// What visitors ask for is in keys, and what they send may be in tags: in a line of a log, or on a terminal, they are
// text and nothing else.

/**
 * A text without what begins another line or speaks to a terminal.
 *
 * @param {string} text
 */
export function printable(text) {
  return text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]/gu, (char) => `\\x${char.charCodeAt(0).toString(16).padStart(2, "0")}`);
}
