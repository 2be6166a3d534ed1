import { Stamp } from "../../../lib/stamp";

export const revalidate = 2;
export const generateStaticParams = () => [];

export default function Short() {
  return <Stamp />;
}
