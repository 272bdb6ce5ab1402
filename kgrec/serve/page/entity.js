// One node of the graph: what it is, what is said of it, and where one can walk from it.

import { button, el, fill, label, nameOf, skeleton } from "./dom.js";
import { learn } from "./names.js";

export function showNodeLoading(place, acts) {
  fill(place, top(acts), skeleton(1, "title"), skeleton(5));
}

/**
 * @param {object} node as `GET /entities/{id}` gives it
 * @param {object} acts `walk(kind, id)`, `back()`, `close()`, and `of(node)`: what else can be done
 */
export function showNode(place, node, acts) {
  learn(node.kind, node.id, node.label);
  const name = nameOf(node.kind, node.id, node.label);
  fill(
    place,
    top(acts),
    el(
      "header.head",
      {},
      el("p.kicker", {}, label([node.type, node.kind].filter((word) => word && word.toLowerCase() !== node.kind).join(", ") || node.kind)),
      el("h2", { tabindex: "-1" }, label(name)),
      el("p.id", {}, "id ", el("code", { dir: "auto" }, node.id)),
      node.description ? el("p.description", { dir: "auto" }, node.description) : null,
      properties(node.properties ?? {}),
      el("div.acts", {}, ...acts.of(node)),
    ),
    image(node, name),
    neighbours(node, acts.walk),
  );
}

const top = (acts) =>
  el("nav.walk", { "aria-label": "Walk through the graph" }, button("← Back", acts.back, { class: "quiet" }), button("Close", acts.close, { class: "quiet" }));

function properties(of) {
  const said = Object.entries(of).filter(([, value]) => value !== null && value !== "");
  if (!said.length) return null;
  return el("dl", {}, ...said.map(([name, value]) => el("div", {}, el("dt", {}, label(name.replaceAll("_", " "))), el("dd", {}, label(text(value))))));
}

const text = (value) => (Array.isArray(value) ? value.join(", ") : typeof value === "object" ? JSON.stringify(value) : String(value));

const kindOf = (fact) => `${fact.relation} ${fact.forward}`;

function neighbours(node, walk) {
  const groups = new Map();
  const counts = new Map((node.facts ?? []).map((each) => [kindOf(each), each.count]));
  for (const each of node.neighbours ?? []) {
    learn(each.kind, each.id, each.name);
    const key = kindOf(each);
    if (!groups.has(key)) groups.set(key, { label: each.label, forward: each.forward, all: [] });
    groups.get(key).all.push(each);
  }
  if (!groups.size) return el("p.note", {}, "No fact joins it to anything else.");
  const said = (key, shown) => ((counts.get(key) ?? shown) > shown ? `${shown} of ${counts.get(key)}` : String(shown));
  return el(
    "div.around",
    {},
    ...[...groups].map(([key, group]) =>
      el(
        "section",
        {},
        el("h3", {}, label(group.label), el("small", {}, said(key, group.all.length))),
        el("ul.chips", {}, ...group.all.map((each) => el("li", {}, button(label(nameOf(each.kind, each.id, each.name)), () => walk(each.kind, each.id), { class: `node ${each.kind}`, title: each.type ?? null })))),
      ),
    ),
  );
}

/** The service's drawing, as an image: nothing in it can run. */
function image(node, name) {
  if (!node.svg) return null;
  const drawn = el("img.drawing", {
    alt: `Picture of what is around ${name}; the lists below say more`,
    src: `data:image/svg+xml;charset=utf-8,${encodeURIComponent(node.svg)}`,
  });
  // Its room is kept before it is there.
  const size = /viewBox="[-\d.]+ [-\d.]+ ([\d.]+) ([\d.]+)"/.exec(node.svg);
  if (size) drawn.style.aspectRatio = `${size[1]} / ${size[2]}`;
  return drawn;
}
