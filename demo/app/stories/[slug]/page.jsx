import { Stamp } from "../../../components/stamp";
import { thisInstance } from "../../../lib/instances.mjs";
import { headline } from "../../../lib/newsroom.mjs";

export const metadata = { title: "Story" };
export const revalidate = 30;

/** None at build: each is rendered at its first visit. */
export function generateStaticParams() {
  return [];
}

export default async function Story() {
  const { text, writtenAt } = await headline("stories");
  return (
    <main className="page">
      <Stamp title="Story" text={text} writtenAt={writtenAt} renderedAt={Date.now()} renderedBy={thisInstance()} />
    </main>
  );
}
