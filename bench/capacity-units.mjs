// DynamoDB's rules for the size of an item and for what reading and writing it costs.
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html

/**
 * @param {Record<string, any>} item as the wire has it
 * @returns {number} bytes: names and values
 */
export function itemBytes(item) {
  return Object.entries(item).reduce((sum, [name, value]) => sum + Buffer.byteLength(name) + valueBytes(value), 0);
}

/** @param {number} bytes */
export function writeUnits(bytes) {
  return Math.max(1, Math.ceil(bytes / 1_024));
}

/**
 * Of a strongly consistent read; an eventually consistent one costs half.
 *
 * @param {number} bytes
 */
export function readUnits(bytes) {
  return Math.max(1, Math.ceil(bytes / 4_096));
}

/**
 * @param {any} value
 * @returns {number}
 */
function valueBytes(value) {
  const [[type, content]] = /** @type {[[string, any]]} */ (Object.entries(value));
  switch (type) {
    case "S":
      return Buffer.byteLength(content);
    case "B":
      return Buffer.byteLength(content, "base64");
    case "N":
      return Math.ceil(content.replace(/[-.]/g, "").length / 2) + 1;
    case "L":
      return content.reduce((/** @type {number} */ sum, /** @type {any} */ element) => sum + 1 + valueBytes(element), 3);
    case "M":
      return 3 + Object.keys(content).length + itemBytes(content);
    default:
      return 1;
  }
}
