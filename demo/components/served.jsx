"use client";

import { useEffect, useState } from "react";
import { Badge, lookupText } from "./lookup";

/** How this very page was served: the newest lookup of a page that this instance's handler reports. */
export function Served() {
  const [lookup, setLookup] = useState();
  useEffect(() => {
    fetch("/api/events")
      .then((response) => response.json())
      .then((events) => setLookup(events.findLast(isLookupOfThisPage)));
  }, []);
  return (
    <p className="served" aria-live="polite">
      {lookup ? (
        <>
          <Badge lookup={lookup} /> {lookupText(lookup)}
        </>
      ) : (
        "Asking the handler how it was served…"
      )}
    </p>
  );
}

/** Next's keys are opaque, but they end with the path. */
function isLookupOfThisPage({ type, key }) {
  return type !== "set" && key?.endsWith(window.location.pathname);
}
