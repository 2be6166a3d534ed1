// AWS Lambda: a function as its runtime client calls it.

export { perform as handler } from "./perform.mjs";
