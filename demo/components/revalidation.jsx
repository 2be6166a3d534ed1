import { useState } from "react";
import { milliseconds } from "./lookup";

/** The ways to revalidate an exhibit: what an application would write, and what it means. */
function waysFor({ path, tag }) {
  if (!tag) {
    return [{ how: "res.revalidate", code: `res.revalidate("${path}")`, meaning: "Rendered now, and stored." }];
  }
  return [
    { how: "expire", code: `revalidateTag("${tag}", { expire: 0 })`, meaning: "Never served again, by anyone." },
    { how: "max", code: `revalidateTag("${tag}", "max")`, meaning: "Served once more while it is rendered anew." },
    { how: "path", code: `revalidatePath("${path}")`, meaning: "This page, and the data it was made from." },
  ];
}

/** Buttons that revalidate the chosen exhibit on one instance. */
export function Revalidation({ exhibit, instances, onDone }) {
  const [on, setOn] = useState(instances[0]?.name);
  const [outcome, setOutcome] = useState();

  async function revalidate({ how, code }) {
    const of = exhibit.id;
    setOutcome({ of, text: `${on} revalidates…` });
    const body = JSON.stringify({ instance: on, exhibit: exhibit.id, how });
    const response = await fetch("/api/revalidate", { method: "POST", body });
    const { error, type, reason, ms } = await response.json();
    const failure = error ?? (type === "degraded" ? reason : undefined);
    setOutcome(
      failure
        ? { of, failed: true, text: `${on}: ${failure}` }
        : { of, text: `${on} has done ${code} in ${milliseconds(ms)}. Now visit the page on the other instance.` },
    );
    await onDone();
  }

  const shown = outcome?.of === exhibit.id ? outcome : undefined;
  return (
    <section aria-labelledby="revalidate">
      <div className="heading">
        <h2 id="revalidate">Revalidate it</h2>
        <div className="segments" role="group" aria-label="Instance that revalidates">
          {instances.map(({ name }) => (
            <button key={name} type="button" aria-pressed={name === on} onClick={() => setOn(name)}>
              on {name}
            </button>
          ))}
        </div>
      </div>
      <div className="ways">
        {waysFor(exhibit).map((way) => (
          <button key={way.how} type="button" className="way" data-how={way.how} onClick={() => revalidate(way)}>
            <code>{way.code}</code>
            <span>{way.meaning}</span>
          </button>
        ))}
      </div>
      <p className={shown?.failed ? "outcome failed" : "outcome"} aria-live="polite">
        {shown?.text ?? "The next visit on either instance obeys it."}
      </p>
    </section>
  );
}
