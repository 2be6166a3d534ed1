/** Tags with characters that mean something to a URL, a header, a key of the table, or UTF-8. */
export const ODD_TAGS = ["ü ß", "a|b%c", "__tag__x__", "%7C", '"{}[]"', "a/../b?c#d", "日本語", "🗺️", "x".repeat(256)];
