// Values as each Next makes them.

/** @typedef {import("./words.mjs").Next} Next */

/**
 * What a page of the App Router is cached as.
 *
 * @param {Next} next
 * @param {string} text
 * @param {{ tags?: string[], [field: string]: any }} [more] tags, and fields that are other than usual
 */
export function appPage(next, text, { tags = [], headers = {}, segmentData, ...more } = {}) {
  const common = {
    html: `<!DOCTYPE html><html><body>${text}</body></html>`,
    postponed: undefined,
    headers: { ...tagHeader(tags), ...headers },
    status: 200,
  };
  if (next.major === 14) {
    return { kind: "PAGE", ...common, pageData: `0:["${text}"]\n`, ...more };
  }
  return { kind: "APP_PAGE", ...common, rscData: Buffer.from(`0:["${text}"]\n`), segmentData, ...more };
}

/**
 * What a route handler is cached as.
 *
 * @param {Next} next
 * @param {Buffer} body
 * @param {{ tags?: string[], headers?: Record<string, unknown>, status?: number }} [more]
 */
export function appRoute(next, body, { tags = [], headers = {}, status = 200 } = {}) {
  const kind = next.major === 14 ? "ROUTE" : "APP_ROUTE";
  return { kind, body, status, headers: { ...tagHeader(tags), ...headers } };
}

/**
 * What a page of the Pages Router is cached as.
 *
 * @param {Next} next
 * @param {string} text
 * @param {Record<string, unknown>} [more]
 */
export function pages(next, text, more = {}) {
  const common = { html: `<p>${text}</p>`, pageData: { pageProps: { text }, __N_SSG: true }, headers: {}, status: 200 };
  return next.major === 14 ? { kind: "PAGE", ...common, postponed: undefined, ...more } : { kind: "PAGES", ...common, ...more };
}

/** @param {string} destination */
export function redirect(destination) {
  return { kind: "REDIRECT", props: { pageProps: { __N_REDIRECT: destination, __N_REDIRECT_STATUS: 307 }, __N_SSG: true } };
}

/**
 * What a fetch is cached as.
 *
 * @param {string} text
 * @param {number} [revalidate] seconds
 */
export function response(text, revalidate = 3_600) {
  const headers = { "content-type": "text/plain", etag: 'W/"1"' };
  const data = { headers, body: Buffer.from(text).toString("base64"), status: 200, url: "https://example.com/data" };
  return { kind: "FETCH", data, revalidate };
}

/**
 * The header in which pages and route handlers carry their tags.
 *
 * @param {string[]} tags
 */
function tagHeader(tags) {
  return tags.length === 0 ? {} : { "x-next-cache-tags": tags.join(",") };
}
