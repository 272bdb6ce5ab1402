// What a user did, latest first; or what a profile likes.

import { button, count, el, fill, label } from "./dom.js";
import { learn, write } from "./names.js";

const day = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });

/** @param {object} user as `GET /users/{id}` gives it */
export function showHistory(place, user, walk) {
  for (const event of user.history) learn("item", event.item, event.label);
  if (!user.history.length) return fill(place, el("p.note", {}, "Nothing yet."));
  const more = user.events - user.history.length;
  return fill(
    place,
    el(
      "ol.history",
      {},
      ...user.history.map((event) =>
        el(
          "li",
          {},
          button(label(event.label || event.item), () => walk("item", event.item), { class: "link" }),
          el("small", {}, [when(event.timestamp), weighed(event.weight)].filter(Boolean).join(" · ") || " "),
        ),
      ),
    ),
    more > 0 ? el("p.note", {}, `and ${count(more)} more`) : null,
  );
}

/** @param {object} acts `walk(kind, id)`, `drop(kind, id)` */
export function showLiked(place, of, acts) {
  const all = [...of.like.map((id) => ["item", id]), ...of.entity.map((id) => ["entity", id])];
  fill(
    place,
    el("ul.liked", {}, ...all.map(([kind, id]) => liked(kind, id, acts))),
    el("p.note", {}, "The search adds more; nothing is stored."),
  );
}

function liked(kind, id, acts) {
  const name = write(label(id), kind, id);
  const drop = button("×", () => acts.drop(kind, id), { class: "drop" });
  drop.setAttribute("aria-label", `Take away ${name.textContent}`);
  return el("li", {}, button(name, () => acts.walk(kind, id), { class: "link" }), drop);
}

/** Timestamps are seconds since 1970, or text. */
function when(timestamp) {
  if (timestamp === null || timestamp === undefined) return "";
  const date = new Date(typeof timestamp === "number" ? timestamp * 1000 : timestamp);
  return Number.isNaN(date.getTime()) ? String(timestamp) : day.format(date);
}

const weighed = (weight) => (typeof weight === "number" && weight !== 1 ? `weight ${weight}` : "");
