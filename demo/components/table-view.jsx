import { useState } from "react";
import { kilobytes } from "./lookup";
import { Remaining } from "./time";

/** What the kinds of row are for, in the order in which they are shown. */
const ROWS = {
  entry: "A page, a cached fetch: what Next stores.",
  log: "The revalidations, in their order. Every lookup reads it.",
  state: "Revalidations that the log has made room of.",
  part: "The body of an entry that is over DynamoDB's item limit.",
  tag: "Where an entry with this tag is, for the sweep after a revalidation.",
};

/** The table, row by row. */
export function TableView({ name, rows, error }) {
  const [shown, setShown] = useState("entry");
  const all = rows ?? [];
  const kinds = Object.keys(ROWS).filter((kind) => all.some(({ row }) => row === kind));
  const current = kinds.includes(shown) ? shown : kinds[0];
  return (
    <section aria-labelledby="table">
      <div className="heading">
        <h2 id="table">
          The table <code>{name}</code>
        </h2>
        <div className="segments" role="group" aria-label="Kind of row">
          {kinds.map((kind) => (
            <button key={kind} type="button" aria-pressed={kind === current} onClick={() => setShown(kind)}>
              {kind} <small>{all.filter(({ row }) => row === kind).length}</small>
            </button>
          ))}
        </div>
      </div>
      <p className={error ? "outcome failed" : "quiet"}>{error ?? ROWS[current] ?? "It is empty: visit a page."}</p>
      {current && <Rows rows={all.filter(({ row }) => row === current)} />}
    </section>
  );
}

function Rows({ rows }) {
  return (
    <div className="card rows">
      <table>
        <thead>
          <tr>
            <th scope="col">key</th>
            <th scope="col">kind</th>
            <th scope="col">stored</th>
            <th scope="col">raw</th>
            <th scope="col">tags</th>
            <th scope="col">expires</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.key} data-row={row.row}>
              <td data-label="key" title={row.key}>
                <code>{shortened(row.key)}</code>
              </td>
              <td data-label="kind">{row.kind ?? (row.row === "log" ? `version ${row.version}` : "")}</td>
              <td data-label="stored">{row.storedBytes && kilobytes(row.storedBytes)}</td>
              <td data-label="raw">{row.rawBytes && kilobytes(row.rawBytes)}</td>
              <td data-label="tags">
                {row.row === "log" && `${row.events ?? 0} events`}
                {row.tags.map((tag) => (
                  <span className="tag" key={tag}>
                    {tag}
                  </span>
                ))}
              </td>
              <td data-label="expires">{row.expiresAtS && <Remaining until={row.expiresAtS * 1000} />}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Hashes in a key say nothing to a reader; the whole key is the cell's title. */
function shortened(key) {
  return key.replace(/[0-9a-f]{64}/g, (hash) => `${hash.slice(0, 6)}…${hash.slice(-4)}`);
}
