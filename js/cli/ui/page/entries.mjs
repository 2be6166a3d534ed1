// The entries of the table: read page by page, searched among what has been read.

import { due, dollars as inDollars, saved, size, span } from "../../amounts.mjs";
import { ask } from "./api.mjs";
import { announce, empty, h, legible } from "./dom.mjs";
import { entryDetail } from "./entry.mjs";

/** @typedef {import("../../rows.mjs").RowFacts} RowFacts */

/** A browser draws more only slowly, and nobody reads it. */
const MAX_DRAWN = 500;
/** A key is looked up in so many builds: each costs read units. */
const MAX_BUILDS = 4;

/** @type {Record<string, [name: string, compare: (a: RowFacts, b: RowFacts) => number]>} */
const ORDERS = {
  newest: ["newest first", (a, b) => (b.says?.lastModifiedMs ?? 0) - (a.says?.lastModifiedMs ?? 0)],
  oldest: ["oldest first", (a, b) => (a.says?.lastModifiedMs ?? 0) - (b.says?.lastModifiedMs ?? 0)],
  largest: ["largest first", (a, b) => (b.says?.storedBytes ?? 0) - (a.says?.storedBytes ?? 0)],
  key: ["by key", (a, b) => a.row.localeCompare(b.row)],
};

/**
 * @param {import("./main.mjs").About} about
 * @returns {import("./main.mjs").View}
 */
export function entriesView(about) {
  /** @type {{ entries: RowFacts[], rows: number, next: string | null, units: number | null, dollars: number, isBusy: boolean, error: string | null }} */
  const state = { entries: [], rows: 0, next: null, units: 0, dollars: 0, isBusy: false, error: null };
  const toolbar = toolbarOf(draw);
  const reading = h("p", { class: "quiet", id: "reading", role: "status" });
  const more = h("button", { type: "button", id: "more", onclick: () => void read() }, "Read on");
  const again = h("button", { type: "button", onclick: () => void readAnew() }, "Read anew");
  const list = h("div", { class: "list" });
  const detail = h("aside", { class: "detail", "aria-label": "Entry", hidden: true });
  const left = h("div", { class: "left" }, toolbar.element, h("div", { class: "reading" }, reading, h("div", { class: "buttons" }, again, more)), list);
  const element = h("div", { class: "entries" }, h("h2", { class: "visually-hidden" }, "Entries"), left, detail);
  list.addEventListener("keydown", moveInList);
  const timer = { id: 0 };
  let hasRead = false;
  /** @type {string | null} */
  let selected = null;

  return {
    title: "Entries",
    element,
    shown() {
      if (!hasRead) {
        hasRead = true;
        void read();
      }
      timer.id = window.setInterval(refreshAges, 5_000);
      addEventListener("keydown", onKey);
    },
    hidden() {
      clearInterval(timer.id);
      removeEventListener("keydown", onKey);
    },
  };

  async function readAnew() {
    Object.assign(state, { entries: [], rows: 0, next: null, units: 0, dollars: 0 });
    await read();
  }

  async function read() {
    if (state.isBusy) {
      return;
    }
    Object.assign(state, { isBusy: true, error: null });
    draw();
    try {
      const page = await ask("entries", { after: state.next });
      state.entries.push(...page.entries);
      state.rows += page.rows;
      state.units = page.readUnits === null || state.units === null ? null : state.units + page.readUnits;
      state.dollars += page.dollars ?? 0;
      state.next = page.next;
    } catch (error) {
      state.error = /** @type {Error} */ (error).message;
    }
    state.isBusy = false;
    toolbar.offer(state.entries);
    draw();
  }

  function draw() {
    const wanted = state.entries.filter(toolbar.isWanted).sort(toolbar.compare());
    more.hidden = state.next === null;
    more.disabled = again.disabled = state.isBusy;
    reading.textContent = readingText(state, wanted.length);
    list.setAttribute("aria-busy", String(state.isBusy));
    if (wanted.length > 0) {
      list.replaceChildren(tableOf(wanted.slice(0, MAX_DRAWN)), ...(wanted.length > MAX_DRAWN ? [h("p", { class: "quiet" }, `and ${wanted.length - MAX_DRAWN} more: search for what you want`)] : []));
    } else {
      list.replaceChildren(nothing(state, about, toolbar.search.value.trim(), lookUp));
    }
    refreshAges();
  }

  /** @param {RowFacts[]} rows */
  function tableOf(rows) {
    const head = ["Key", "Kind", "Age", "Revalidate", "Stored", "Tags"];
    return h(
      "table",
      { role: "table", class: "cards", "aria-label": "Entries" },
      h("thead", { role: "rowgroup" }, h("tr", { role: "row" }, ...head.map((name) => h("th", { scope: "col", role: "columnheader" }, name)))),
      h("tbody", { role: "rowgroup" }, ...rows.map(rowOf)),
    );
  }

  /** @param {RowFacts} facts */
  function rowOf(facts) {
    const { row, key, build, says } = facts;
    const cell = (/** @type {string} */ label, /** @type {import("./dom.mjs").Child[]} */ ...content) => h("td", { role: "cell", "data-label": label }, ...content);
    const open = h("button", { type: "button", class: "key", title: key, "data-row": row, "aria-expanded": String(selected === row), onclick: () => void show(facts) }, legible(key ?? "") || "(empty)");
    const tags = says?.tags ?? [];
    return h(
      "tr",
      { role: "row", class: selected === row ? "selected" : null },
      cell("Key", open, build !== null && h("small", { class: "quiet" }, `build ${build}`)),
      cell("Kind", h("span", { class: "kind" }, says?.kind ?? "unreadable")),
      cell("Age", says && h("span", { "data-rendered": says.lastModifiedMs })),
      cell("Revalidate", says && h("span", { "data-due": says.lastModifiedMs, "data-after": says.revalidateS })),
      cell("Stored", says && size(says.storedBytes), says && h("small", { class: "quiet" }, `of ${size(says.rawBytes)}`)),
      cell("Tags", ...tags.slice(0, 3).map((tag) => h("span", { class: "tag" }, tag)), tags.length > 3 && h("small", { class: "quiet" }, `and ${tags.length - 3} more`)),
    );
  }

  /** @param {RowFacts} facts */
  async function show(facts) {
    selected = facts.row;
    draw();
    await entryDetail(detail, facts, about, {
      close,
      chooseTag(tag) {
        close();
        toolbar.chooseTag(tag);
      },
      gone() {
        state.entries = state.entries.filter(({ row }) => row !== facts.row);
        close();
      },
    });
    // On a phone it covers what is behind it, which must not be reached then.
    left.inert = matchMedia("(max-width: 900px)").matches;
  }

  function close() {
    const row = selected;
    selected = null;
    detail.hidden = true;
    detail.replaceChildren();
    left.inert = false;
    draw();
    const button = [...list.querySelectorAll("button.key")].find((one) => one.getAttribute("data-row") === row);
    /** @type {HTMLElement} */ (button ?? toolbar.search).focus();
  }

  /** Arrows go from key to key. @param {KeyboardEvent} event */
  function moveInList(event) {
    const buttons = /** @type {HTMLElement[]} */ ([...list.querySelectorAll("button.key")]);
    const at = buttons.indexOf(/** @type {HTMLElement} */ (event.target));
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (at >= 0 && step) {
      event.preventDefault();
      buttons[at + step]?.focus();
    }
  }

  /** Escape closes the entry; a slash goes to the search, as on many sites. @param {KeyboardEvent} event */
  function onKey(event) {
    const isIn = (/** @type {string} */ selector) => event.target instanceof Element && event.target.closest(selector) !== null;
    if (event.key === "Escape" && !detail.hidden && !isIn("dialog")) {
      close();
    }
    if (event.key === "/" && detail.hidden && !isIn("input, select, dialog")) {
      event.preventDefault();
      toolbar.search.focus();
    }
  }

  /** An entry that has not been read yet, by its whole key: of those that all builds share, then of the builds that are known. @param {string} key */
  async function lookUp(key) {
    const builds = [...new Set(state.entries.map(({ build }) => build))].filter((build) => build !== null);
    for (const build of [null, ...builds.slice(0, MAX_BUILDS)]) {
      const { exists, row, says, expiresAtS } = await ask("entry", { key, build });
      if (exists) {
        return show({ row, role: "entry", key, build, entry: null, tag: null, expiresAtS, says });
      }
    }
    announce(`There is no entry with the whole key ${key}`);
  }

  function refreshAges() {
    const nowS = Date.now() / 1_000;
    for (const one of /** @type {NodeListOf<HTMLElement>} */ (list.querySelectorAll("[data-rendered]"))) {
      one.textContent = span(nowS - Number(one.dataset.rendered) / 1_000);
    }
    for (const one of /** @type {NodeListOf<HTMLElement>} */ (list.querySelectorAll("[data-due]"))) {
      const revalidateS = one.dataset.after === undefined ? null : Number(one.dataset.after);
      one.textContent = due({ lastModifiedMs: Number(one.dataset.due), revalidateS }, nowS);
      one.classList.toggle("due", one.textContent === "due");
    }
  }
}

/** What is looked for, and in which order. @param {() => void} changed */
function toolbarOf(changed) {
  const search = h("input", { type: "search", id: "search", placeholder: "part of a key", autocomplete: "off", spellcheck: "false", oninput: changed });
  const tag = h("input", { type: "search", id: "tag", list: "tags", placeholder: "a tag", autocomplete: "off", spellcheck: "false", oninput: changed });
  const tags = h("datalist", { id: "tags" });
  const kind = h("select", { id: "kind", onchange: changed }, h("option", { value: "" }, "all"));
  const order = h("select", { id: "order", onchange: changed }, ...Object.entries(ORDERS).map(([value, [name]]) => h("option", { value }, name)));
  const field = (/** @type {string} */ label, /** @type {HTMLElement} */ input, /** @type {Node[]} */ ...others) =>
    h("div", { class: "field" }, h("label", { for: input.id }, label), input, ...others);
  return {
    search,
    element: h("form", { class: "toolbar", role: "search", onsubmit: (event) => event.preventDefault() }, field("Key", search), field("Tag", tag, tags), field("Kind", kind), field("Order", order)),
    /** @param {RowFacts} row */
    isWanted({ key, row, says }) {
      const text = search.value.trim().toLowerCase();
      const wantedTag = tag.value.trim();
      return (
        (text === "" || (key ?? row).toLowerCase().includes(text)) &&
        (wantedTag === "" || (says?.tags ?? []).some((one) => one === wantedTag || one.startsWith(wantedTag))) &&
        (kind.value === "" || (says?.kind ?? "unreadable") === kind.value)
      );
    },
    compare: () => ORDERS[order.value]?.[1],
    /** @param {string} chosen */
    chooseTag(chosen) {
      tag.value = chosen;
      changed();
    },
    /** @param {RowFacts[]} entries what there is to choose from */
    offer(entries) {
      const chosen = kind.value;
      const kinds = [...new Set(entries.map(({ says }) => says?.kind ?? "unreadable"))].sort();
      kind.replaceChildren(h("option", { value: "" }, "all"), ...kinds.map((name) => h("option", { value: name }, name)));
      kind.value = kinds.includes(chosen) ? chosen : "";
      const all = [...new Set(entries.flatMap(({ says }) => says?.tags ?? []))].sort().slice(0, 1_000);
      tags.replaceChildren(...all.map((value) => h("option", { value })));
    },
  };
}

/**
 * @param {{ entries: RowFacts[], rows: number, next: string | null, units: number | null, dollars: number, isBusy: boolean }} state
 * @param {number} shown
 */
function readingText({ entries, rows, next, units, dollars, isBusy }, shown) {
  if (isBusy && rows === 0) {
    return "Reading the table …";
  }
  const raw = entries.reduce((total, { says }) => total + (says?.rawBytes ?? 0), 0);
  const stored = entries.reduce((total, { says }) => total + (says?.storedBytes ?? 0), 0);
  const ratio = raw > 0 ? `, ${size(stored)} for ${size(raw)} of values (${saved({ raw, stored })} saved)` : "";
  const cost = units === null ? "" : `, ${units} read units (${inDollars(dollars)})`;
  const rest = next === null ? "that is the whole table" : "the table goes on";
  return `${shown} of ${entries.length} entries${ratio}. ${rows} rows read${cost}: ${rest}.`;
}

/**
 * @param {{ entries: RowFacts[], next: string | null, isBusy: boolean, error: string | null }} state
 * @param {import("./main.mjs").About} about
 * @param {string} key that is searched for
 * @param {(key: string) => Promise<void>} lookUp
 */
function nothing({ entries, next, isBusy, error }, { table }, key, lookUp) {
  if (error !== null) {
    return h("div", { class: "empty failed", role: "alert" }, h("h3", {}, "The table cannot be read"), h("p", {}, error), h("p", {}, "Try ", h("code", {}, `npx nextjs-dynamodb-cache doctor --table ${table}`), ", then read anew."));
  }
  if (isBusy) {
    return h("p", { class: "quiet" }, "Reading …");
  }
  if (entries.length === 0 && next === null) {
    return empty("There is no entry yet", h("p", {}, "Visit a page of the application. If it has a keyPrefix, start this window with ", h("code", {}, "--prefix"), "."));
  }
  const hint = next === null ? "Change the search, or clear it." : "Only what has been read is searched: read on, or change the search.";
  const look = () => void lookUp(key).catch((/** @type {Error} */ failure) => announce(failure.message));
  return empty("Nothing matches", h("p", {}, hint), next !== null && key !== "" && h("p", {}, h("button", { type: "button", onclick: look }, "Look it up as a whole key")));
}

