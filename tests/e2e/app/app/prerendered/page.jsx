import { Stamp, tagged } from "../../lib/stamp";

// Only by its tags: a build may be started long after it was made.
export const revalidate = false;

export default async function Prerendered() {
  return <Stamp data={await tagged("prerendered")} />;
}
