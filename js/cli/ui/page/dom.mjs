// Elements, made of text alone: nothing of a key, a tag or a value is ever read as markup.

const SVG = "http://www.w3.org/2000/svg";

/** @typedef {Node | string | null | undefined | false} Child */
/** @typedef {Record<string, string | number | boolean | EventListener | null | undefined>} Attributes */

/**
 * @template {keyof HTMLElementTagNameMap} Name
 * @param {Name} name
 * @param {Attributes} [attributes] `on…` are listeners; false, null and undefined are left out
 * @param {...Child} children
 * @returns {HTMLElementTagNameMap[Name]}
 */
export function h(name, attributes = {}, ...children) {
  return complete(document.createElement(name), attributes, children);
}

/**
 * @template {keyof SVGElementTagNameMap} Name
 * @param {Name} name
 * @param {Attributes} [attributes]
 * @param {...Child} children
 * @returns {SVGElementTagNameMap[Name]}
 */
export function svg(name, attributes = {}, ...children) {
  return complete(/** @type {SVGElementTagNameMap[Name]} */ (document.createElementNS(SVG, name)), attributes, children);
}

/**
 * @template {Element} T
 * @param {T} element
 * @param {Attributes} attributes
 * @param {Child[]} children
 */
function complete(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") {
      element.addEventListener(name.slice(2), value);
    } else if (value !== null && value !== undefined && value !== false) {
      element.setAttribute(name, value === true ? "" : String(value));
    }
  }
  element.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/**
 * The element of the page with this id.
 *
 * @param {string} id
 * @returns {HTMLElement}
 */
export function byId(id) {
  const found = document.getElementById(id);
  if (!found) {
    throw new Error(`the page has no #${id}`);
  }
  return found;
}

const SAID_MS = 8_000;
let clearing = 0;

/** Says something to who sees it and to who hears it. @param {string} text */
export function announce(text) {
  byId("said").textContent = text;
  clearTimeout(clearing);
  clearing = window.setTimeout(() => (byId("said").textContent = ""), SAID_MS);
}

/** @param {number} ms */
export function time(ms) {
  const date = new Date(ms);
  return h("time", { datetime: date.toISOString(), title: date.toISOString() }, date.toLocaleString());
}

/** A key without the hashes in it, which say nothing to a reader. @param {string} key */
export function legible(key) {
  return key.replace(/[0-9a-f]{64}/g, (hash) => `${hash.slice(0, 6)}…${hash.slice(-4)}`);
}

/** @param {string} title @param {...Child} hints what to do */
export function empty(title, ...hints) {
  return h("div", { class: "empty" }, h("h3", {}, title), ...hints);
}
