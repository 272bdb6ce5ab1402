// A wish in words, and what was understood of it: chips that can be changed.

import { button, byId, el, fill, label, nameOf } from "./dom.js";
import { choice } from "./doubt.js";
import { edit, PARTS } from "./intent.js";
import { learn } from "./names.js";

const SAID = { like: "like", want: "with", must: "must have", avoid: "without" };
const HOW = { alias: "by another name", fuzzy: "by a name that is near", embedding: "by what it means" };

/**
 * @param {object} intent as `POST /wish` gives it
 * @param {Array<string>} notes sentences about what could not be done
 * @param {(intent: object) => void} change called with the edited intent
 * @param {() => void} close
 */
export function showIntent(place, intent, notes, change, close) {
  const found = PARTS.flatMap((part) => intent[part].map((link) => chip(intent, part, link, change)));
  const lost = intent.not_excluded ?? [];
  for (const part of PARTS) for (const link of intent[part]) if (link.kind !== "years") learn(link.kind, link.id, link.label);
  fill(
    place,
    el("div.line", {}, el("h2", {}, "What was understood"), button("Close the wish", close, { class: "quiet" })),
    found.length || lost.length ? el("ul.chips", {}, ...found, ...lost.map((word) => unknown(intent, word, change))) : null,
    ...intent.ambiguous.map((each) => choice(intent, each, change)),
    freeText(intent, change),
    found.length || intent.ambiguous.length
      ? null
      : el("p.note", {}, "No name of the graph stands in it: name a title, a person or a kind, as in “like … but not …”."),
    notes.length ? el("ul.notes", {}, ...notes.map((note) => el("li.note", { dir: "auto" }, note))) : null,
  );
  place.hidden = false;
}

export function hideIntent() {
  byId("intent").hidden = true;
  fill(byId("intent"));
}

function chip(intent, part, link, change) {
  const name = nameOf(link.kind, link.id, link.label);
  const now = SAID[part === "want" && link.firm ? "must" : part];
  const { to, firm } = next(part, link);
  const then = SAID[to === "want" && firm ? "must" : to];
  const turn = button(now, () => change(edit(intent, [link], to, { ...link, firm })), {
    class: "turn",
    title: `Change to “${then}”`,
    "aria-label": `${now} ${name}: change to ${then}`,
  });
  return el(`li.chip.${part}`, { title: [link.type, HOW[link.how]].filter(Boolean).join(", ") || null }, turn, label(name), drop(name, () => change(edit(intent, [link]))));
}

/** Where a press leads: from "with" to "must have" to "without", and round again. */
function next(part, link) {
  if (part === "avoid") return { to: link.kind === "item" ? "like" : "want", firm: false };
  if (part === "want" && !link.firm) return { to: "want", firm: true };
  return { to: "avoid", firm: false };
}

/** Words that were not wanted, and that nothing is called. */
function unknown(intent, word, change) {
  const others = intent.not_excluded.filter((each) => each !== word);
  return el(
    "li.chip.unknown",
    { title: "Nothing in the graph is called so" },
    el("small", {}, "cannot leave out"),
    label(word),
    drop(word, () => change({ ...intent, not_excluded: others })),
  );
}

const drop = (name, act) => button("×", act, { class: "drop", "aria-label": `Take away ${name}` });

function freeText(intent, change) {
  if (!intent.free_text) return null;
  const box = el("input", { type: "text", value: intent.free_text, maxlength: "500" });
  box.addEventListener("change", () => change({ ...intent, free_text: box.value.trim() }));
  return el("p.doubt", {}, el("label", {}, "and in words ", box));
}
