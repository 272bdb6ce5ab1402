// The paths as a picture: what was liked on the left, the recommendation on the right. Nodes are
// buttons, so that words wrap and keys work; the lines behind them are drawn when the nodes stand.

import { button, el, label, nameOf, svg } from "./dom.js";
import { learn } from "./names.js";
import { nodeKey } from "./state.js";

const THINNEST = 1.5;
const THICKEST = 13;

const BEGINNING = 1; // place of what was taken or liked; a profile may call it by what it has

/** The nodes of a path, and how each is called. */
export function nodesOf(path, why) {
  return path.nodes.map((node, place) => {
    const { kind } = node;
    if (place > BEGINNING) learn(kind, node.id, node.label);
    const others = kind === "user" && place && path.walks > 1 ? ` + ${path.walks - 1} more` : "";
    const nobody = place === 0 && why.user === null;
    const name = nobody ? "this profile" : nameOf(kind, node.id, node.label) + others;
    return { ...node, name, walkable: !nobody };
  });
}

/**
 * @param {object} why an explanation
 * @param {(kind: string, id: string) => void} walk
 * @param {string} begins what the first column is
 * @returns {{element: Element, light: (path: number|null) => void}|null} null: there is no path
 */
export function picture(why, walk, begins) {
  const { knots, lines, columns } = merged(why);
  if (!lines.length) return null;
  const behind = svg("svg", { "aria-hidden": "true", focusable: "false" });
  const words = el("div.words", { "aria-hidden": "true" });
  const places = Array.from({ length: columns }, (_, column) => el("div.column", {}, el("small", {}, caption(column, columns, begins))));
  for (const knot of knots) {
    knot.element = button(label(knot.name), () => walk(knot.kind, knot.id), { class: `knot ${knot.kind}`, title: [knot.name, knot.type].filter(Boolean).join(", ") });
    places[knot.column].append(knot.element);
  }
  const element = el("div.picture", { role: "group", "aria-label": "Picture of the paths" }, behind, words, ...places);
  element.dataset.columns = columns;
  new ResizeObserver(() => draw(element, behind, words, lines, columns)).observe(element);
  return { element, light: (path) => light(element, knots, lines, path) };
}

const caption = (column, columns, begins) =>
  column === 0 ? begins : column === columns - 1 ? "recommended" : column === 1 ? "what joins them" : " ";

/** Each node once; lines between the same two are one, as thick as their shares together. */
function merged(why) {
  const told = why.paths.map((path) => nodesOf(path, why));
  // The user begins every path: leaving the user out leaves room for words.
  const columns = Math.max(2, ...told.map((nodes) => nodes.length - 1));
  const knots = new Map();
  const lines = new Map();
  told.forEach((nodes, number) => {
    const path = why.paths[number];
    let before = null;
    nodes.slice(1).forEach((node, place, all) => {
      const column = place === all.length - 1 ? columns - 1 : place;
      const key = `${column} ${nodeKey(node.kind, node.id)}`;
      const knot = knots.get(key) ?? { ...node, column, paths: new Set(), weight: 0 };
      knots.set(key, knot);
      knot.paths.add(number);
      knot.weight += Math.abs(path.share);
      if (before) {
        const between = `${before.key} ${key}`;
        const line = lines.get(between) ?? { from: before.knot, to: knot, share: 0, label: path.relations[place].label, paths: new Set() };
        lines.set(between, line);
        line.share += path.share;
        line.paths.add(number);
      }
      before = { key, knot };
    });
  });
  return { knots: [...knots.values()], lines: [...lines.values()], columns };
}

function draw(element, behind, words, lines, columns) {
  const frame = element.getBoundingClientRect();
  if (!frame.width) return;
  behind.setAttribute("viewBox", `0 0 ${frame.width} ${frame.height}`);
  behind.replaceChildren();
  words.replaceChildren();
  const most = Math.max(...lines.map((line) => Math.abs(line.share)), 1e-9);
  const said = new Map();
  for (const line of lines) {
    const from = line.from.element.getBoundingClientRect();
    const to = line.to.element.getBoundingClientRect();
    const [x1, y1] = [from.right - frame.left, (from.top + from.bottom) / 2 - frame.top];
    const [x2, y2] = [to.left - frame.left, (to.top + to.bottom) / 2 - frame.top];
    const bend = (x2 - x1) / 2;
    line.drawn = svg("path", { d: `M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`, class: line.share < 0 ? "against" : "for" });
    line.drawn.style.strokeWidth = `${THINNEST + ((THICKEST - THINNEST) * Math.abs(line.share)) / most}px`;
    behind.append(line.drawn);
    // Labels stand at the middle of the picture, where nodes are far apart, each but once.
    const intoLast = line.to.column === columns - 1;
    const at = intoLast ? line.from : line.to;
    if (said.has(at) && said.get(at).has(line.label + intoLast)) continue;
    said.set(at, (said.get(at) ?? new Set()).add(line.label + intoLast));
    line.word = el(`span.${intoLast ? "after" : "before"}`, { dir: "auto" }, line.label);
    line.word.style.left = `${intoLast ? x1 : x2}px`;
    line.word.style.top = `${intoLast ? y1 : y2}px`;
    line.word.style.maxWidth = `${x2 - x1 - 12}px`;
    words.append(line.word);
  }
}

function light(element, knots, lines, path) {
  element.classList.toggle("lit", path !== null);
  for (const knot of knots) knot.element.classList.toggle("on", knot.paths.has(path));
  for (const line of lines) line.drawn?.classList.toggle("on", line.paths.has(path));
}
