export const ofThisVersion = { cacheComponents: true };

export function withHandlers(config, cacheHandlers) {
  return { ...config, cacheHandlers };
}
