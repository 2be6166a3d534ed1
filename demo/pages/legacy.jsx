import Head from "next/head";
import { Stamp } from "../components/stamp";
import { thisInstance } from "../lib/instances.mjs";
import { write } from "../lib/newsroom.mjs";

export default function Legacy(props) {
  return (
    <main className="page">
      <Head>
        <title>Legacy</title>
        <meta name="viewport" content="width=device-width, initial-scale=1" />
      </Head>
      <Stamp title="Legacy" {...props} />
    </main>
  );
}

export async function getStaticProps() {
  const { text, writtenAt } = await write();
  return { props: { text, writtenAt, renderedAt: Date.now(), renderedBy: thisInstance() } };
}
