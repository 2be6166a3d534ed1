import { draftMode } from "next/headers";
import { Stamp } from "../../lib/stamp";

// Only by its tags: a build may be started long after it was made.
export const revalidate = false;

export default async function Draft() {
  const { isEnabled } = await draftMode();
  return <Stamp data={isEnabled ? "draft" : "published"} />;
}
