import { Stamp } from "../../components/stamp";
import { thisInstance } from "../../lib/instances.mjs";
import { headline } from "../../lib/newsroom.mjs";

export const metadata = { title: "News" };
// Until its tag or its path is revalidated.
export const revalidate = false;

export default async function News() {
  const { text, writtenAt } = await headline("news");
  return (
    <main className="page">
      <Stamp title="News" text={text} writtenAt={writtenAt} renderedAt={Date.now()} renderedBy={thisInstance()} />
    </main>
  );
}
