// Why an item is recommended: the sentence, the picture of the paths, and exact shares.

import { get, post } from "./api.js";
import { bars } from "./bars.js";
import { button, el, fill, label, skeleton } from "./dom.js";
import { because } from "./list.js";
import { picture } from "./picture.js";
import { isWish } from "./state.js";

const PATHS = 5;

/**
 * Ask the service.
 * @param {object} of the state
 * @param {object|null} intent what was understood of a wish
 * @returns {Promise<object|null>} null: nothing of the graph is liked, so that no path begins there
 */
export async function explanation(of, item, intent, signal) {
  const alpha = isWish(of) ? null : of.alpha; // wishes are answered as the model was trained
  if (of.user !== null) return get("/explain", { user: of.user, item, paths: PATHS, alpha }, signal);
  const profile = isWish(of) ? wished(intent) : { liked: of.like, entities: of.entity };
  if (!profile.liked.length && !profile.entities.length) return null;
  return post("/explain", { profile, item, paths: PATHS, alpha }, signal);
}

/** What of a wish the model scores; years and words only order the list. */
const wished = (intent) => ({
  liked: (intent?.like ?? []).map((link) => link.id),
  entities: (intent?.want ?? []).filter((link) => link.kind === "entity").map((link) => link.id),
});

/** @param {object} row of the list, or `{item, label}` */
export function showWhyLoading(place, row, acts) {
  fill(place, head(row, acts), skeleton(1, "tall"), skeleton(3));
}

/** @param {object|null} why as {@link explanation} gave it */
export function showWhy(place, row, why, acts) {
  if (!why) {
    fill(place, head(row, acts), el("p.note", {}, "Nothing of the graph is liked in this wish, so no path leads from it; the graph around the item can be walked all the same."));
    return;
  }
  const drawn = picture(why, acts.walk, acts.begins);
  const nothing = el("p.note", {}, "No path leads to it; the score is made of what stands below.");
  fill(
    place,
    head({ ...row, label: why.label || row.label }, acts, why.svg),
    acts.besideWish ? el("p.note", {}, "These are the paths from the history; what the wish adds is said in the sentence above.") : null,
    drawn ? drawn.element : nothing,
    ...bars(why, acts.walk, drawn ? drawn.light : () => {}),
    ...(why.notes ?? []).map((note) => el("p.note", { dir: "auto" }, note)),
  );
}

function head(row, acts, image = null) {
  return el(
    "header.head.why",
    {},
    el("p.kicker", {}, "Why this one"),
    el("h2", { tabindex: "-1" }, label(row.label || row.item)),
    row.sentence ? el("p.because", { dir: "auto" }, because(row)) : null,
    el(
      "div.acts",
      {},
      button("Look it up in the graph", () => acts.walk("item", row.item), { class: "quiet" }),
      image ? button("Save the picture", () => save(image, row.item), { class: "quiet" }) : null,
    ),
  );
}

function save(image, item) {
  const address = URL.createObjectURL(new Blob([image], { type: "image/svg+xml" }));
  el("a", { href: address, download: `why ${item}.svg` }).click();
  setTimeout(() => URL.revokeObjectURL(address), 1000);
}
