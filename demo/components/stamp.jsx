import { Age, Clock } from "./time";
import { Served } from "./served";

/** What an exhibit shows: its content, and when and by whom it was rendered. The overview reads the data attributes. */
export function Stamp({ title, text, writtenAt, renderedAt, renderedBy }) {
  return (
    <article
      className="card stamp"
      data-text={text}
      data-written-at={writtenAt}
      data-rendered-at={renderedAt}
      data-rendered-by={renderedBy}
    >
      <p className="eyebrow">{title}</p>
      <h1>{text}</h1>
      <dl className="facts">
        <dt>Rendered</dt>
        <dd>
          by <strong>{renderedBy}</strong> at <Clock at={renderedAt} />, <Age since={renderedAt} />
        </dd>
        <dt>Data from</dt>
        <dd>
          <Clock at={writtenAt} />, <Age since={writtenAt} />
        </dd>
      </dl>
      <Served />
      <p className="quiet">
        Reload this page, or open it on the other instance. <a href="/">Back to the overview</a>
      </p>
    </article>
  );
}
