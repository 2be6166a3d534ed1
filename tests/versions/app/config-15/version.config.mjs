export const ofThisVersion = { outputFileTracingRoot: import.meta.dirname, turbopack: { root: import.meta.dirname } };
