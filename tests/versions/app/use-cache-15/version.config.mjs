export const ofThisVersion = { experimental: { useCache: true } };

/** Next 15 has plural handlers as an experiment. */
export function withHandlers({ experimental }, cacheHandlers) {
  return { experimental: { ...experimental, cacheHandlers } };
}
