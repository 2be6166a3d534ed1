export const ofThisVersion = { experimental: { outputFileTracingRoot: import.meta.dirname } };
