import { thisInstance } from "./instances.mjs";

/** Which render this is, and whose; the tests read it from the markup. */
export function Stamp({ data, render }) {
  return <output data-render={render} data-by={thisInstance()} data-content={data} />;
}
