// One entry: what its row says, what a get makes of it now and why, and its value.

import { size, span } from "../../amounts.mjs";
import { causeOf, revisionOf, verdictOf } from "../../verdict.mjs";
import { ask, tell } from "./api.mjs";
import { announce, h, time } from "./dom.mjs";
import { confirmed } from "./question.mjs";

/** @typedef {import("../../rows.mjs").RowFacts} RowFacts */
/** @typedef {{ close: () => void, chooseTag: (tag: string) => void, gone: () => void }} Ways */

/**
 * Fills the pane.
 *
 * @param {HTMLElement} pane
 * @param {RowFacts} facts
 * @param {import("./main.mjs").About} about
 * @param {Ways} ways
 */
export async function entryDetail(pane, facts, about, ways) {
  const title = h("h3", { tabindex: -1 }, facts.key || "(empty)");
  const head = h("header", {}, title, h("button", { type: "button", class: "close", "aria-label": "Close the entry", onclick: ways.close }, "×"));
  // A part of its own: what is taken out of the page, be it to be put back, loses the focus.
  const body = h("div", { class: "body" }, h("p", { class: "quiet", role: "status" }, "Reading …"));
  pane.replaceChildren(head, body);
  pane.hidden = false;
  title.focus({ preventScroll: true });
  try {
    body.replaceChildren(...contents(await ask("entry", { key: facts.key, build: facts.build }), facts, about, ways));
  } catch (error) {
    body.replaceChildren(h("p", { class: "failed", role: "alert" }, /** @type {Error} */ (error).message));
  }
}

/**
 * @param {any} found as the server has it
 * @param {RowFacts} facts
 * @param {import("./main.mjs").About} about
 * @param {Ways} ways
 */
function contents(found, facts, about, ways) {
  if (!found.exists) {
    return [h("p", { class: "failed" }, `There is no row ${found.row} any more. A key that is stored as a hash (%h…) cannot be looked up by its row.`)];
  }
  const verdict = verdictOf(found);
  const [word = ""] = /^\w+/.exec(verdict) ?? [];
  return [
    h("p", { class: "verdict" }, h("span", { class: `badge ${word}` }, word), ` ${verdict.slice(word.length).replace(/^: /, "") || "a get serves it as it is"}`),
    found.because.length > 0 && h("ul", { class: "because" }, ...found.because.map((/** @type {any} */ event) => h("li", {}, causeOf(event, { time: local })))),
    found.says && factsOf(found, facts),
    found.says?.tags.length > 0 && tagsOf(found.says.tags, ways),
    about.canWrite && buttonsOf(found, facts, ways),
    found.value !== null && h("h4", {}, "Value"),
    found.value !== null && h("pre", { tabindex: 0, role: "region", "aria-label": "Value" }, found.value),
  ].filter((part) => part !== false);
}

/** @param {number} ms */
function local(ms) {
  return new Date(ms).toLocaleString();
}

/**
 * @param {any} found
 * @param {RowFacts} facts
 */
function factsOf(found, { build }) {
  const { row, says, expiresAtS } = found;
  const { kind, lastModifiedMs, revalidateS, expireS, rawBytes, storedBytes, parts } = says;
  const ageS = Date.now() / 1_000 - lastModifiedMs / 1_000;
  /** @type {[string, import("./dom.mjs").Child[]][]} */
  const rows = [
    ["Kind", [kind]],
    ["Build", [build ?? "shared by all builds"]],
    ["Rendered", [time(lastModifiedMs), `, ${span(ageS)} ago`]],
    ["Revalidate", [revalidateS === null ? "never by time" : `after ${span(revalidateS)}`]],
    ["Expire", [expireS === null ? "not set" : `after ${span(expireS)}`]],
    ["Row goes", [expiresAtS ? time(expiresAtS * 1_000) : "never"]],
    ["Size", [`${size(rawBytes)}, stored ${size(storedBytes)} in ${parts + 1} row${parts > 0 ? "s" : ""}`]],
    ["Revision", [revisionOf(found)]],
    ["Row", [h("code", {}, row)]],
  ];
  return h("dl", {}, ...rows.flatMap(([name, content]) => [h("dt", {}, name), h("dd", {}, ...content)]));
}

/**
 * @param {string[]} tags
 * @param {Ways} ways
 */
function tagsOf(tags, { chooseTag }) {
  const choose = (/** @type {string} */ tag) => h("li", {}, h("button", { type: "button", class: "tag", title: "Show the entries with this tag", onclick: () => chooseTag(tag) }, tag));
  return h("section", { "aria-label": "Tags" }, h("h4", {}, "Tags"), h("ul", { class: "tags" }, ...tags.map(choose)));
}

/**
 * @param {any} found
 * @param {RowFacts} facts
 * @param {Ways} ways
 */
function buttonsOf({ says }, { key, build, row }, ways) {
  const tag = h("select", { id: "entry-tag", "aria-label": "Tag to revalidate" }, ...(says?.tags ?? []).map((/** @type {string} */ one) => h("option", {}, one)));
  const revalidate = async () => {
    if (await confirmed({ title: `Revalidate ${tag.value}?`, text: "Every entry with this tag is rendered anew at its next visit, on every instance.", yes: "Revalidate" })) {
      await done(tell("revalidate", { tags: [tag.value] }), `${tag.value} is revalidated on every instance`);
      ways.close();
    }
  };
  const purge = async () => {
    const text = `The row ${row} and what belongs to it are deleted. An instance that has a copy in memory goes on serving it: to have it rendered anew, revalidate one of its tags.`;
    if (await confirmed({ title: "Purge this entry?", text, yes: "Purge" }) && (await done(tell("purge", { key, build }), `${key} is purged`))) {
      ways.gone();
    }
  };
  return h(
    "div",
    { class: "buttons writes" },
    tag.options.length > 0 && tag,
    tag.options.length > 0 && h("button", { type: "button", onclick: () => void revalidate() }, "Revalidate tag"),
    h("button", { type: "button", class: "danger", onclick: () => void purge() }, "Purge entry"),
  );
}

/**
 * Says how it ended; whether it was done.
 *
 * @param {Promise<unknown>} work
 * @param {string} text
 */
export async function done(work, text) {
  try {
    await work;
    announce(text);
    return true;
  } catch (error) {
    announce(`Not done: ${/** @type {Error} */ (error).message}`);
    return false;
  }
}
