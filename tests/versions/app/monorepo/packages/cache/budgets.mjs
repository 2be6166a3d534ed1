/** Far above what a busy test machine needs. */
export const BUDGETS = { readTimeoutMs: 20_000, coldTimeoutMs: 20_000, writeTimeoutMs: 20_000 };
