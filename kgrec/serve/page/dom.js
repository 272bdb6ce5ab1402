// Elements from values. Whatever the service says becomes text here, never markup.

/**
 * Make an element.
 * @param {string} tag "p", or "p.note" with classes
 * @param {object} [properties] attributes; functions become listeners, null and false are left out
 * @param {...(Node|string|number|null)} children strings become text
 */
export function el(tag, properties = {}, ...children) {
  const [name, ...classes] = tag.split(".");
  const made = document.createElement(name);
  if (classes.length) made.className = classes.join(" ");
  for (const [key, value] of Object.entries(properties)) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === "function") made.addEventListener(key, value);
    else made.setAttribute(key, value === true ? "" : String(value));
  }
  made.append(...children.flat().filter((child) => child !== null && child !== undefined).map(asNode));
  return made;
}

const asNode = (child) => (child instanceof Node ? child : document.createTextNode(String(child)));

/** A label of somebody's data: it keeps its own direction of writing, and cannot turn its neighbours. */
export const label = (text, tag = "bdi") => el(tag, { dir: "auto" }, text);

export const button = (text, click, properties = {}) =>
  el("button", { type: "button", click, ...properties }, ...[text].flat());

export const byId = (id) => document.getElementById(id);

export function fill(place, ...children) {
  place.replaceChildren(...children.flat().filter((child) => child !== null && child !== undefined).map(asNode));
}

/** Tell people who listen to the page instead of looking at it. */
export function announce(text) {
  byId("status").textContent = text;
}

export const SVG = "http://www.w3.org/2000/svg";

export function svg(name, properties = {}) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(properties)) made.setAttribute(key, String(value));
  return made;
}

/** Call only the last of many, when nothing has come for some milliseconds. */
export function debounced(call, milliseconds) {
  let timer = 0;
  return (...values) => {
    clearTimeout(timer);
    timer = setTimeout(() => call(...values), milliseconds);
  };
}

const PATIENCE = 120; // milliseconds

/**
 * Draw a placeholder, but only where an answer takes its time: most come sooner, and nothing flickers.
 * @returns {() => void} to be called when the answer is there
 */
export function unlessSoon(draw) {
  const timer = setTimeout(draw, PATIENCE);
  return () => clearTimeout(timer);
}

/** A placeholder as high as what comes, so that nothing jumps. */
export const skeleton = (rows, kind = "line-high") =>
  el("div.skeletons", { "aria-hidden": "true" }, ...Array.from({ length: rows }, () => el(`div.skeleton.${kind}`)));

const plain = new Intl.NumberFormat("en", { maximumFractionDigits: 3, minimumFractionDigits: 3 });
const percent = new Intl.NumberFormat("en", { style: "percent", maximumFractionDigits: 1 });
const whole = new Intl.NumberFormat("en");

/** Three decimals; what rounds to nothing is not called nothing. */
export const share = (value) => signed(value, plain, 0.0005);
export const part = (value) => signed(value, percent, 0.0005);
export const count = (value) => whole.format(value);

const signed = (value, format, least) =>
  value !== 0 && Math.abs(value) < least ? "≈ 0" : (value < 0 ? "−" : "") + format.format(Math.abs(value));

/** Users often have no name but an id, which nothing else is mistaken for then. */
export const nameOf = (kind, id, text) => (kind === "user" && (!text || text === id) ? `user ${id}` : text || id);
