import { Stamp, tagged } from "../../../lib/stamp";
import { ODD_TAGS } from "../../../lib/odd-tags.mjs";

export const revalidate = 60;
export const generateStaticParams = () => [];

export default async function Odd() {
  return <Stamp data={await tagged(...ODD_TAGS)} />;
}
