// What visitors ask for is in keys, and what they send may be in tags: in a line of a log, or on a terminal, they are
// text and nothing else.

/**
 * Control characters, and what separates lines and paragraphs, as what is neither. Not by Unicode's names of these: to look them
 * up takes V8 as long as a fiftieth of a first answer, when it only reads the pattern.
 */
const UNPRINTABLE = /[^\x20-\x7E\xA0-\u2027\u202A-\uFFFF]/g;

/**
 * A text without what begins another line or speaks to a terminal.
 *
 * @param {string} text
 */
export function printable(text) {
  return text.replaceAll(UNPRINTABLE, (char) => `\\x${char.charCodeAt(0).toString(16).padStart(2, "0")}`);
}
