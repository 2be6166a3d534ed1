import { Badge, kilobytes, lookupText, milliseconds } from "./lookup";
import { Age, Clock } from "./time";

const SHOWN_EVENTS = 5;

/** One instance: how it served its last visit, and what its handler has done. */
export function InstanceCard({ instance, isHere, exhibit, visit, onVisit, events }) {
  const host = new URL(instance.url).host;
  return (
    <article className="card instance" data-instance={instance.name}>
      <header>
        <div>
          <h3>Instance {instance.name}</h3>
          <p className="quiet">
            {host}
            {isHere && " · you are here"}
          </p>
        </div>
        {visit?.lookup && <Badge key={visit.count} lookup={visit.lookup} />}
      </header>
      <Visit visit={visit} />
      <div className="actions">
        <button type="button" className="primary" disabled={visit?.busy} onClick={onVisit}>
          Visit {exhibit.path}
        </button>
        <a className="button" href={instance.url + exhibit.path} target="_blank" rel="noreferrer">
          Open
        </a>
      </div>
      <Events events={events} />
    </article>
  );
}

function Visit({ visit }) {
  if (!visit?.stamp) {
    return <p className="empty">{visit?.failed ? "It does not answer." : "Not visited yet."}</p>;
  }
  const { stamp, lookup, nextCache, cacheControl, ms } = visit;
  return (
    <div>
      <p className="headline">{stamp.text}</p>
      <dl className="facts">
        <dt>Rendered</dt>
        <dd data-fact="rendered" data-at={stamp.renderedAt}>
          by <strong>{stamp.renderedBy}</strong> at <Clock at={stamp.renderedAt} />, <Age since={stamp.renderedAt} />
        </dd>
        <dt>Handler</dt>
        <dd data-fact="handler">{lookup ? lookupText(lookup) : "was not asked"}</dd>
        <dt>Next.js</dt>
        <dd data-fact="next">
          x-nextjs-cache: {nextCache ?? "none"} · {milliseconds(ms)} in all
          {lookup?.type === "hit" && nextCache === "STALE" && " · past its time, so it is rendered anew"}
          <br />
          <span className="quiet">{cacheControl}</span>
        </dd>
      </dl>
    </div>
  );
}

function Events({ events }) {
  return (
    <ol className="events" aria-label="What the handler did, newest first">
      {events
        .slice(-SHOWN_EVENTS)
        .reverse()
        .map((event) => (
          <li key={event.number}>
            <span className={`dot ${event.type}`} aria-hidden="true" />
            <span className="what">
              {event.type} {event.kind ?? event.tags?.join(", ")}
            </span>
            <span className="quiet">
              {event.storedBytes ? `${kilobytes(event.storedBytes)} · ` : ""}
              {milliseconds(event.ms)}
            </span>
          </li>
        ))}
    </ol>
  );
}
