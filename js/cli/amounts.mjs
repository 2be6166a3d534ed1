// Amounts as people read them. Without Node, since the window's page uses them too.

/** @param {number} bytes */
export function size(bytes) {
  const units = ["B", "KB", "MB", "GB", "TB"];
  let unit = 0;
  let value = bytes;
  for (; value >= 1_000 && unit < units.length - 1; unit++) {
    value /= 1_000;
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}

/**
 * How much of something is saved, as far as that is: never 100 % of it.
 *
 * @param {{ raw: number, stored: number }} bytes
 */
export function saved({ raw, stored }) {
  const percent = raw > stored ? (1 - stored / raw) * 100 : 0;
  return `${percent > 99 ? (Math.floor(percent * 10) / 10).toFixed(1) : Math.round(percent)} %`;
}

/** @param {number} amount */
export function dollars(amount) {
  if (amount > 0 && amount < 1e-6) {
    return "under $0.000001";
  }
  return `$${amount.toFixed(amount < 0.01 ? 6 : 2)}`;
}

/** @param {number} seconds may be negative: ago */
export function span(seconds) {
  const units = /** @type {[number, string][]} */ ([
    [86_400, "d"],
    [3_600, "h"],
    [60, "min"],
    [1, "s"],
  ]);
  const length = Math.abs(seconds);
  const [unit, name] = units.find(([of]) => length >= of * 2) ?? [1, "s"];
  return `${Math.round(length / unit)} ${name}`;
}

/**
 * When an entry is to be rendered again.
 *
 * @param {{ lastModifiedMs: number, revalidateS: number | null }} says
 * @param {number} nowS
 */
export function due({ lastModifiedMs, revalidateS }, nowS) {
  if (revalidateS === null) {
    return "never";
  }
  const leftS = lastModifiedMs / 1_000 + revalidateS - nowS;
  return leftS > 0 ? `in ${span(leftS)}` : "due";
}
