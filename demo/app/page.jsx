import { Console } from "../components/console";
import { instances, thisInstance } from "../lib/instances.mjs";

export const dynamic = "force-dynamic";

export default function Overview() {
  return (
    <main className="overview">
      <header className="masthead">
        <p className="eyebrow">nextjs-dynamodb-cache</p>
        <h1>One cache, two servers</h1>
        <p className="lead">
          Two <code>next start</code> processes that know nothing of each other. What one renders, the other serves;
          what one revalidates, the other renders anew. Between them is one DynamoDB table.
        </p>
        {process.env.NEXT_CACHE_WINDOW_URL && (
          <p>
            <a className="button" href={process.env.NEXT_CACHE_WINDOW_URL} target="_blank" rel="noreferrer">
              Open the window on the table
            </a>
          </p>
        )}
      </header>
      <Console instances={instances()} here={thisInstance()} table={process.env.NEXT_CACHE_DYNAMODB_TABLE} />
    </main>
  );
}
