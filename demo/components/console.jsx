"use client";

import { useCallback, useEffect, useState } from "react";
import { EXHIBITS } from "../lib/exhibits.mjs";
import { InstanceCard } from "./instance-card";
import { Revalidation } from "./revalidation";
import { TableView } from "./table-view";

const REFRESH_MS = 2_000;

/** The overview: choose a page, visit it on either instance, revalidate it, and watch the table. */
export function Console({ instances, here, table }) {
  const [chosen, setChosen] = useState(EXHIBITS[0]);
  const [visits, setVisits] = useState({});
  const { state, refresh } = useLiveState();

  async function visit(name) {
    const id = `${chosen.id} ${name}`;
    setVisits((all) => ({ ...all, [id]: { ...all[id], busy: true } }));
    const response = await fetch(`/api/visit?instance=${name}&exhibit=${chosen.id}`).catch(() => undefined);
    const answer = response?.ok ? await response.json() : { failed: true };
    setVisits((all) => ({ ...all, [id]: { ...answer, count: (all[id]?.count ?? 0) + 1 } }));
    await refresh();
  }

  return (
    <>
      <section aria-labelledby="visit">
        <h2 id="visit">Visit a page</h2>
        <div className="segments" role="group" aria-label="Page">
          {EXHIBITS.map((one) => (
            <button key={one.id} type="button" aria-pressed={one === chosen} onClick={() => setChosen(one)}>
              {one.title}
            </button>
          ))}
        </div>
        <p className="quiet">
          {chosen.about} <code>{chosen.path}</code>
        </p>
        <div className="pair">
          {instances.map((one) => (
            <InstanceCard
              key={one.name}
              instance={one}
              isHere={one.name === here}
              exhibit={chosen}
              visit={visits[`${chosen.id} ${one.name}`]}
              onVisit={() => visit(one.name)}
              events={state?.events[one.name] ?? []}
            />
          ))}
        </div>
      </section>
      <Revalidation exhibit={chosen} instances={instances} onDone={refresh} />
      <TableView name={table} rows={state?.rows} error={state?.error} />
    </>
  );
}

/** The handlers' events and the table's rows, read anew every two seconds and when something was done. */
function useLiveState() {
  const [state, setState] = useState();
  const refresh = useCallback(async () => {
    try {
      const response = await fetch("/api/state");
      const answer = response.ok ? await response.json() : { error: `the demo answered ${response.status}` };
      setState((last) => ({ events: {}, ...last, error: undefined, ...answer }));
    } catch {
      setState((last) => ({ events: {}, ...last, error: "the demo does not answer: has it been stopped?" }));
    }
  }, []);
  useEffect(() => {
    refresh();
    const timer = setInterval(() => document.visibilityState === "visible" && refresh(), REFRESH_MS);
    return () => clearInterval(timer);
  }, [refresh]);
  return { state, refresh };
}
