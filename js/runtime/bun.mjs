// Bun has what is used of Node.js.

export { default } from "./node.mjs";
