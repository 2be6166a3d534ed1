import { Stamp, tagged } from "../../lib/stamp";

export const revalidate = 3600;

export default async function Prerendered() {
  return <Stamp data={await tagged("prerendered")} />;
}
