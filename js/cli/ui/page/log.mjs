// The revalidation log as a time line.

import { span } from "../../amounts.mjs";
import { ask, tell } from "./api.mjs";
import { empty, h, svg, time } from "./dom.mjs";
import { done } from "./entry.mjs";
import { confirmed } from "./question.mjs";

/** @typedef {import("../../verdict.mjs").LogEvent} LogEvent */

const HEIGHT = 56;
const MEANINGS = {
  expired: "entries with the tag that were rendered before are not served any more",
  stale: "entries with the tag are served once more while they are rendered anew",
  overwritten: "one entry was rendered anew although it was good: copies of it in memory are dropped",
};

/**
 * @param {import("./main.mjs").About} about
 * @returns {import("./main.mjs").View}
 */
export function logView({ canWrite }) {
  const line = h("div", { class: "timeline" });
  const list = h("div", {});
  const again = h("button", { type: "button", onclick: () => void read() }, "Read anew");
  const element = h("div", { class: "log" }, h("div", { class: "heading" }, h("h2", {}, "Revalidation log"), again), canWrite && writing(() => void read()), line, list);
  return { title: "Log", element, shown: () => void read() };

  async function read() {
    again.disabled = true;
    try {
      const { events } = await ask("log");
      draw(/** @type {LogEvent[]} */ (events).toReversed());
    } catch (error) {
      line.replaceChildren();
      list.replaceChildren(h("div", { class: "empty failed", role: "alert" }, h("h3", {}, "The log cannot be read"), h("p", {}, /** @type {Error} */ (error).message)));
    }
    again.disabled = false;
  }

  /** @param {LogEvent[]} events newest first */
  function draw(events) {
    if (events.length === 0) {
      line.replaceChildren();
      return list.replaceChildren(empty("Nothing has been revalidated yet", h("p", {}, "revalidateTag, updateTag and revalidatePath of the application appear here, and what ", h("code", {}, "npx nextjs-dynamodb-cache revalidate"), " does.")));
    }
    line.replaceChildren(strip(events));
    list.replaceChildren(h("p", { class: "quiet" }, "Newest first. Older revalidations than these lie in the state rows of their tags."), h("ol", { class: "events", reversed: true }, ...events.map(itemOf)));
  }
}

/** @param {LogEvent} event */
function itemOf({ version, tag, atMs, mode, expiresAtMs }) {
  return h(
    "li",
    { value: version },
    h("span", { class: "version" }, String(version)),
    h("span", { class: `badge ${mode}`, title: MEANINGS[mode] }, mode),
    h("code", {}, tag),
    h("span", { class: "quiet when" }, time(atMs), ` · ${span(Date.now() / 1_000 - atMs / 1_000)} ago`),
    expiresAtMs !== null && h("span", { class: "quiet" }, "expires ", time(expiresAtMs)),
  );
}

/** All of them on one line, by their time. @param {LogEvent[]} events newest first */
function strip(events) {
  const [to, from] = [Date.now(), Math.min(...events.map(({ atMs }) => atMs))];
  // In percent, so that it fits every width and a dot stays round.
  const x = (/** @type {number} */ atMs) => `${2 + ((atMs - from) / Math.max(to - from, 1)) * 96}%`;
  const label = `${events.length} revalidations in the last ${span((to - from) / 1_000)}`;
  const dots = events.map(({ atMs, mode, tag, version }) => svg("circle", { class: mode, cx: x(atMs), cy: HEIGHT / 2, r: 6 }, svg("title", {}, `${version}: ${tag} ${mode}`)));
  return h(
    "figure",
    {},
    svg("svg", { width: "100%", height: HEIGHT, role: "img", "aria-label": label }, svg("line", { x1: "2%", x2: "98%", y1: HEIGHT / 2, y2: HEIGHT / 2 }), ...dots),
    h("figcaption", {}, h("span", {}, new Date(from).toLocaleString()), h("span", {}, label), h("span", {}, "now")),
  );
}

/** The form that revalidates. @param {() => void} onDone */
function writing(onDone) {
  const what = h("select", { id: "what" }, h("option", { value: "tags" }, "Tag"), h("option", { value: "paths" }, "Path"));
  const name = h("input", { id: "name", required: true, autocomplete: "off", spellcheck: "false", placeholder: "posts, or /blog/hello" });
  const soft = h("select", { id: "soft" }, h("option", { value: "" }, "at once"), h("option", { value: "soft" }, "serve it once more"));
  const submit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    const isSoft = soft.value === "soft";
    const text = isSoft ? "Entries are served once more, and rendered anew behind it, on every instance." : "Entries are rendered anew at their next visit, on every instance.";
    if (await confirmed({ title: `Revalidate ${name.value}?`, text, yes: "Revalidate" })) {
      await done(tell("revalidate", { [what.value]: [name.value], soft: isSoft }), `${name.value} is revalidated on every instance`);
      onDone();
    }
  };
  const field = (/** @type {string} */ label, /** @type {HTMLElement} */ input) => h("div", { class: "field" }, h("label", { for: input.id }, label), input);
  return h("form", { class: "toolbar", onsubmit: (event) => void submit(event) }, field("Revalidate", what), field("Its name", name), field("How", soft), h("button", {}, "Revalidate"));
}
