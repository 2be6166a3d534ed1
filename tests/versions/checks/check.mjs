// What a check is.

/** @typedef {import("../cluster.mjs").Cluster} Cluster */
/** @typedef {Cluster & { next: Next }} Context */

/**
 * What a version has.
 *
 * @typedef {object} Next
 * @property {number} major
 * @property {boolean} hasImages whether the handler may keep optimized images
 * @property {"middleware" | "proxy"} edge
 * @property {boolean} [hasEdgeRoutes] whether it builds route handlers of the edge runtime; it does, if absent
 */

/**
 * @typedef {object} Check
 * @property {string} name a fact
 * @property {(context: Context) => Promise<void>} run
 * @property {(next: Next) => boolean} [on] the versions that have what it is about; all, if absent
 * @property {(next: Next) => string | undefined} [beyondNext] why Next's own handler fails it: the control asserts that
 *   it does
 * @property {boolean} [withoutControl] whether it is about what Next's own handler does not have: other instances
 */

export {};
