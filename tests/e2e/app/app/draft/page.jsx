import { draftMode } from "next/headers";
import { Stamp } from "../../lib/stamp";

export const revalidate = 3600;

export default async function Draft() {
  const { isEnabled } = await draftMode();
  return <Stamp data={isEnabled ? "draft" : "published"} />;
}
