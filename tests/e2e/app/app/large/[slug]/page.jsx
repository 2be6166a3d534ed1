import { randomBytes } from "node:crypto";
import { Stamp } from "../../../lib/stamp";

export const revalidate = 60;
export const generateStaticParams = () => [];

/** Text that does not compress, so that its entry needs several rows. Next writes it twice: as HTML and as RSC. */
export default function Large() {
  return (
    <>
      <Stamp />
      <p>{randomBytes(562_500).toString("base64")}</p>
    </>
  );
}
