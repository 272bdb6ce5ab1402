// What stands there before anybody is chosen: where to begin.

import { get } from "./api.js";
import { button, el, fill, label, skeleton } from "./dom.js";
import { asItem, asUser } from "./search.js";

/** @param {(kind: "user"|"item", id: string) => void} choose */
export async function showStart(place, choose) {
  const columns = el("div.begin", {}, section("Somebody known", skeleton(6)), section("Somebody new", skeleton(6)));
  fill(place, columns);
  const [users, items] = await Promise.all([get("/users", { q: "", limit: 6 }), get("/items", { q: "", limit: 6 })]);
  fill(
    columns,
    section("Somebody known", offers(users.users.map(asUser), choose), "Their list is made from what they did."),
    section("Somebody new", offers(items.items.map(asItem), choose), "Choose what they like; a list comes with the first item."),
  );
}

function section(title, content, words = " ") {
  return el("section", {}, el("h2", {}, title), el("p.note", {}, words), content);
}

function offers(options, choose) {
  if (!options.length) return el("p.note", {}, "There is none in this run.");
  return el(
    "ul.offers",
    {},
    ...options.map((option) =>
      el("li", {}, button([label(option.name, "span"), el("small", {}, option.note)], () => choose(option.kind, option.id))),
    ),
  );
}
