// The recommendations: one row each, with its reason, its score and what one can do with it.

import { button, el, fill, label, share, skeleton, unlessSoon } from "./dom.js";
import { learn } from "./names.js";

/**
 * @param {Array<object>} items as `POST /recommend` gives them
 * @param {object} acts `pick(row)`, `take(row)`, `takes`, the words on its button, and `byScore`,
 *   whether the list is in the order of the scores
 */
export function showList(place, items, acts) {
  for (const row of items) learn("item", row.item, row.label);
  const best = Math.max(...items.map((row) => Math.abs(row.score)), 1e-9);
  place.setAttribute("aria-busy", "false");
  if (items.length) fill(place, el("ol.rows", {}, ...items.map((row) => rowOf(row, best, acts))));
  else fill(place, nothing(acts.filtered));
}

/** @returns {() => void} to be called when the answer is there */
export function showLoading(place, rows) {
  place.setAttribute("aria-busy", "true");
  return unlessSoon(() => place.querySelector(".rows") || fill(place, skeleton(rows)));
}

/** Say which row the panel beside the list tells of. */
export function mark(place, item) {
  for (const row of place.querySelectorAll(".row")) {
    const is = row.dataset.item === item;
    row.classList.toggle("chosen", is);
    row.querySelector(".pick").setAttribute("aria-pressed", String(is));
  }
}

export const rowElement = (place, item) =>
  [...place.querySelectorAll(".row")].find((row) => row.dataset.item === item) ?? null;

function rowOf(row, best, acts) {
  const made = el(
    "li.row",
    {},
    el("span.rank", { "aria-hidden": "true" }, row.rank),
    el(
      "div.body",
      {},
      el("h3", {}, button(label(row.label || row.item), () => acts.pick(row), { class: "pick", "aria-pressed": "false" })),
      el("p.because", { dir: "auto" }, because(row)),
      row.moved ? el("p.moved", { dir: "auto" }, row.moved) : null,
    ),
    el(
      "div.end",
      {},
      el("span.score", { title: "score" }, el("span.unseen", {}, "score "), share(row.score), acts.byScore ? meter(Math.abs(row.score) / best) : null),
      button(acts.takes, () => acts.take(row), { class: "take", "aria-label": `${acts.takes}: ${row.label || row.item}` }),
    ),
  );
  made.dataset.item = row.item;
  return made;
}

function meter(fraction) {
  const bar = el("i");
  bar.style.width = `${(100 * fraction).toFixed(1)}%`;
  return el("span.meter", { "aria-hidden": "true" }, bar);
}

/** The sentence begins with the label, which stands above it already. */
export function because(row) {
  const sentence = row.sentence ?? row.type ?? "";
  const opening = `${row.label}, `;
  if (!sentence.startsWith(opening)) return sentence;
  const rest = sentence.slice(opening.length);
  return rest.charAt(0).toLocaleUpperCase() + rest.slice(1);
}

function nothing(filtered) {
  const words = filtered
    ? "Nothing passes these filters: take one away."
    : "There is nothing to recommend yet: add something that is liked.";
  return el("p.empty", {}, words);
}
