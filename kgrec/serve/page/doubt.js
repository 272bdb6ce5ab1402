// Words of a wish that may mean several things: people say which.

import { el, label, nameOf } from "./dom.js";
import { edit, isSame, PARTS } from "./intent.js";

/**
 * @param {object} intent
 * @param {object} doubt words, and what they may mean; what was taken of that is linked in the intent, too
 * @param {(intent: object) => void} change
 */
export function choice(intent, doubt, change) {
  const written = intent.text.slice(doubt.span[0], doubt.span[1]);
  const taken = (part) => intent[part].filter((link) => doubt.choices.some((each) => isSame(each, link)));
  const part = PARTS.find((each) => taken(each).length) ?? null;
  const had = PARTS.flatMap(taken);
  const choose = (event) => {
    if (event.target.value === "") return;
    const link = doubt.choices[Number(event.target.value)] ?? null;
    const to = link && (part === "avoid" ? part : link.kind === "item" ? "like" : "want");
    change({ ...edit(intent, had, to, link), ambiguous: intent.ambiguous.filter((each) => each !== doubt) });
  };
  const options = doubt.choices.map((link, place) =>
    el("option", { value: place, selected: had.length > 0 && isSame(link, had[0]) }, [nameOf(link.kind, link.id, link.label), link.type].filter(Boolean).join(", ")),
  );
  const select = el(
    "select",
    { change: choose },
    part === null ? el("option", { value: "" }, "choose") : null,
    ...options,
    el("option", { value: -1 }, "none of these"),
  );
  return el("p.doubt", {}, el("label", {}, "“", label(written), part === null ? "” may be " : "” is taken for ", select));
}
