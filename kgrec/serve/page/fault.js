// What went wrong, in a sentence, and what can be done about it.

import { button, byId, el, fill, label } from "./dom.js";
import { go, state } from "./state.js";

const SECONDS = 8;

/**
 * In the place of what could not be had.
 * @param {Error} error a `ServiceError` also says what may have been meant
 * @param {() => void} again
 * @param {((id: string) => void)|null} near takes one of what may have been meant
 */
export function fault(place, error, again, near = null) {
  const meant = (near && error.near) || [];
  const asTrained = error.status === 400 && state().alpha !== null;
  fill(
    place,
    el(
      "div.fault",
      { role: "alert" },
      el("p", {}, error.message),
      meant.length ? el("p", {}, "Perhaps one of these:") : null,
      meant.length ? el("ul.chips", {}, ...meant.map((each) => el("li", {}, button(label(each.label || each.id), () => near(each.id), { class: "node" })))) : null,
      el("div.acts", {}, button("Try again", again), asTrained ? button("Rank as trained", () => go({ alpha: null })) : null),
    ),
  );
}

/** Above what is shown, which stays. */
export function complain(sentence) {
  byId("list").querySelector(".complaint")?.remove();
  const words = el("p.complaint", { role: "alert" }, sentence);
  byId("list").prepend(words);
  setTimeout(() => words.remove(), 1000 * SECONDS);
}
