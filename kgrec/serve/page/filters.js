// Filters: facets that the service offers, each value "only" or "never"; what is chosen as chips.

import { get } from "./api.js";
import { announce, button, byId, count, el, fill, label } from "./dom.js";
import { learn, write } from "./names.js";
import { go, state, whenChanged } from "./state.js";

const OPEN_UP_TO = 6;
let asked = false;
let pressed = [];

export function startFilters() {
  byId("filtering").addEventListener("toggle", () => byId("filtering").open && load());
  whenChanged((now, before) => {
    if (now.only.join() !== before.only.join() || now.never.join() !== before.never.join()) show();
  });
  show();
  if (byId("filtering").open) load();
}

/** @param {"only"|"never"} part */
export function toggleFilter(part, id) {
  const other = part === "only" ? "never" : "only";
  const now = state();
  const had = now[part].includes(id);
  go({
    [part]: had ? now[part].filter((each) => each !== id) : [...now[part], id],
    [other]: now[other].filter((each) => each !== id),
  });
}

async function load() {
  if (asked) return;
  asked = true;
  const place = byId("facets");
  try {
    const { facets } = await get("/facets");
    for (const facet of facets) for (const value of facet.values) learn("entity", value.id, value.label);
    fill(place, ...facets.map(facetOf));
    if (!facets.length) fill(place, el("p.note", {}, "This run has no facts to filter by."));
    show();
  } catch (error) {
    asked = false;
    fill(place, el("p.note", {}, error.message));
  }
}

/** A facet; its values are made when it is opened: all of them together slow down every layout. */
function facetOf(facet, place) {
  const few = facet.values.length <= OPEN_UP_TO;
  const open = place === 0 && few;
  const title = el("summary", {}, label(facet.label), el("small", {}, String(facet.values.length)));
  const element = el("details.facet", { open }, title);
  let made = false;
  const make = () => {
    if (made) return;
    made = true;
    const rows = facet.values.map(valueOf);
    if (!few) element.append(finder(facet, rows));
    element.append(el("ul.values", {}, ...rows.map((row) => row.element)));
    show();
  };
  if (open) make();
  title.addEventListener("click", make);
  element.addEventListener("toggle", make);
  return element;
}

function valueOf(value) {
  const only = button("only", () => toggleFilter("only", value.id), { "aria-label": `Only ${value.label}` });
  const never = button("never", () => toggleFilter("never", value.id), { "aria-label": `Never ${value.label}` });
  pressed.push([only, "only", value.id], [never, "never", value.id]);
  const name = el("span.name", { title: value.label }, label(value.label), " ", el("small", {}, count(value.items)));
  return { element: el("li", {}, name, el("span.both", {}, only, never)), text: value.label.toLocaleLowerCase() };
}

function finder(facet, rows) {
  const box = el("input", { type: "text", placeholder: "Find", "aria-label": `Find among: ${facet.label}`, autocomplete: "off" });
  box.addEventListener("input", () => {
    const wanted = box.value.trim().toLocaleLowerCase();
    for (const row of rows) row.element.hidden = !row.text.includes(wanted);
    announce(`${rows.filter((row) => !row.element.hidden).length} found`);
  });
  return box;
}

function show() {
  const { only, never } = state();
  for (const [element, part, id] of pressed) element.setAttribute("aria-pressed", String(state()[part].includes(id)));
  byId("filter-count").textContent = only.length + never.length ? String(only.length + never.length) : "";
  fill(byId("chosen-filters"), ...only.map((id) => chip("only", id)), ...never.map((id) => chip("never", id)));
}

function chip(part, id) {
  const name = write(label(id), "entity", id);
  const drop = button("×", () => toggleFilter(part, id), { class: "drop", "aria-label": `Drop the filter: ${part} ${name.textContent}` });
  return el(`span.chip.${part}`, {}, el("small", {}, part), name, drop);
}
