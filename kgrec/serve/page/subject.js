// For whom, or for what, the list is: the heading, and what of the settings counts for it.

import { startOver } from "./acts.js";
import { button, byId, fill, el, label, nameOf } from "./dom.js";
import { labelOf } from "./names.js";
import { hasSubject, isProfile, isWish } from "./state.js";
import { hideIntent } from "./wish.js";

const BEGINNING = "Each comes with the paths through the knowledge graph that carry its score.";

let wishShown = null;

export function drawSubject(now) {
  const asked = hasSubject(now);
  byId("main").className = asked ? "busy" : now.node ? "start walking" : "start";
  fill(byId("title"), ...title(now));
  byId("under").textContent = said(now);
  fill(byId("acts"), asked ? button("Start over", startOver, { class: "quiet" }) : null);
  document.title = asked ? `${byId("title").textContent} – kgrec` : "kgrec";
  // Only where it changed: an answer that comes late must not take away what is being typed.
  if (now.wish !== wishShown) byId("wished").value = now.wish ?? "";
  wishShown = now.wish;
  const wish = isWish(now);
  byId("sliders").hidden = wish;
  byId("tuning-note").hidden = !wish;
  byId("filtering").hidden = wish;
  if (!wish) hideIntent();
}

function said(now) {
  if (isWish(now)) return "Ranked by the graph and by words together.";
  return hasSubject(now) ? "The best first, each with what speaks for it." : BEGINNING;
}

/**
 * The foot of the page, which comes last, so that nothing pushes it about.
 * @param {string} [run] that the list came from
 */
export function tellRun(run) {
  byId("foot").hidden = false;
  if (run) byId("run").textContent = `Run ${run}`;
}

function title(now) {
  const known = now.user === null ? null : label(nameOf("user", now.user, labelOf("user", now.user)));
  if (isWish(now)) return [label(now.wish ?? "A wish"), known ? el("small", {}, " of ", known) : null];
  if (known) return ["For ", known];
  return [isProfile(now) ? "For somebody new" : "Recommendations, and why"];
}
