// A wish in words, and what was understood of it: chips that can be changed.

import { button, byId, el, fill, label, nameOf } from "./dom.js";
import { learn } from "./names.js";

const PARTS = ["like", "want", "avoid"];
const SAID = { like: "like", want: "with", avoid: "without" };

/**
 * @param {object} intent as `POST /wish` gives it
 * @param {(intent: object) => void} change called with the edited intent
 * @param {() => void} close
 */
export function showIntent(place, intent, change, close) {
  const found = PARTS.flatMap((part) => intent[part].map((link) => chip(intent, part, link, change)));
  for (const part of PARTS) for (const link of intent[part]) learn(link.kind, link.id, link.label);
  fill(
    place,
    el("div.line", {}, el("h2", {}, "What was understood"), button("Close the wish", close, { class: "quiet" })),
    found.length ? el("ul.chips", {}, ...found) : null,
    ...intent.ambiguous.map((each) => choice(intent, each, change)),
    freeText(intent, change),
    found.length || intent.ambiguous.length || intent.free_text
      ? null
      : el("p.note", {}, "No name of the graph stands in it: name a title, a person or a kind, as in “like … but not …”."),
  );
  place.hidden = false;
}

export function hideIntent() {
  byId("intent").hidden = true;
  fill(byId("intent"));
}

function chip(intent, part, link, change) {
  const name = nameOf(link.kind, link.id, link.label);
  const next = part === "avoid" ? (link.kind === "item" ? "like" : "want") : "avoid";
  const turn = button(SAID[part], () => change(moved(intent, part, link, next)), {
    class: "turn",
    title: `Change to “${SAID[next]}”`,
    "aria-label": `${SAID[part]} ${name}: change to ${SAID[next]}`,
  });
  const drop = button("×", () => change(moved(intent, part, link, null)), { class: "drop", "aria-label": `Take away ${name}` });
  return el(`li.chip.${part}`, { title: [link.type, link.how].filter(Boolean).join(", ") || null }, turn, label(name), drop);
}

function moved(intent, from, link, to) {
  const edited = { ...intent, [from]: intent[from].filter((each) => each !== link) };
  return to === null ? edited : { ...edited, [to]: [...edited[to], link] };
}

/** Several nodes have what was written: people say which is meant. */
function choice(intent, doubt, change) {
  const written = Array.isArray(doubt.span) ? intent.text.slice(doubt.span[0], doubt.span[1]) : String(doubt.span);
  const others = intent.ambiguous.filter((each) => each !== doubt);
  const choose = (event) => {
    if (event.target.value === "") return;
    const link = doubt.choices[Number(event.target.value)];
    const edited = { ...intent, ambiguous: others };
    const part = PARTS.includes(doubt.part) ? doubt.part : link?.kind === "item" ? "like" : "want";
    change(link ? { ...edited, [part]: [...edited[part], link] } : edited);
  };
  const select = el(
    "select",
    { change: choose },
    el("option", { value: "" }, "choose"),
    ...doubt.choices.map((link, place) => el("option", { value: place }, [nameOf(link.kind, link.id, link.label), link.type].filter(Boolean).join(", "))),
    el("option", { value: -1 }, "none of these"),
  );
  return el("p.doubt", {}, el("label", {}, "“", label(written), "” may be ", select));
}

function freeText(intent, change) {
  if (!intent.free_text) return null;
  const box = el("input", { type: "text", value: intent.free_text, maxlength: "500" });
  box.addEventListener("change", () => change({ ...intent, free_text: box.value.trim() }));
  return el("p.doubt", {}, el("label", {}, "and in words ", box));
}
