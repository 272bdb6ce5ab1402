// Shares of a score: paths in words with a bar each, then what no path carries, then the sum.

import { button, el, label, part, share } from "./dom.js";
import { nodesOf } from "./picture.js";

const REST = {
  other_paths: "all other paths",
  popularity: "popularity",
  text: "what its texts say",
  content: "content that no path tells",
  latent: "learned, and told by no path",
  oneself: "paths to what nobody else did",
  extracted: "facts that only a text states",
  other_edges: "edges on no path",
};

/**
 * @param {object} why an explanation
 * @param {(kind: string, id: string) => void} walk
 * @param {(path: number|null) => void} light show one path in the picture
 */
export function bars(why, walk, light) {
  const rest = Object.entries(why.rest ?? {}).filter(([, value]) => value !== 0);
  const values = [...why.paths.map((path) => path.share), ...rest.map(([, value]) => value)];
  const most = Math.max(...values.map(Math.abs), 1e-9);
  return [
    why.paths.length ? el("ol.paths", {}, ...why.paths.map((path, number) => pathOf(path, number, why, most, walk, light))) : null,
    el(
      "div.rest",
      {},
      el("h3", {}, "The rest of the score"),
      el("ul", {}, ...rest.map(([name, value]) => el("li", {}, el("span", {}, REST[name] ?? name.replaceAll("_", " ")), bar(value, most, why.score)))),
      el("p.sum", {}, el("span", {}, "Score, the sum of all above"), el("b", {}, share(why.score))),
    ),
  ];
}

function pathOf(path, number, why, most, walk, light) {
  return el(
    "li",
    {
      pointerenter: () => light(number),
      pointerleave: () => light(null),
      focusin: () => light(number),
      focusout: () => light(null),
    },
    el("p", { dir: "auto" }, sentence(path, why.label)),
    bar(path.share, most, why.score),
    details(path, why, walk),
  );
}

function sentence(path, name) {
  const said = path.sentence ?? path.reason ?? "";
  const rest = said.startsWith(`${name}, `) ? said.slice(name.length + 2) : said;
  return rest.charAt(0).toLocaleUpperCase() + rest.slice(1);
}

function bar(value, most, score) {
  const drawn = el("i", value < 0 ? { class: "against" } : {});
  drawn.style.width = `${((100 * Math.abs(value)) / most).toFixed(2)}%`;
  const of = score ? el("small", {}, part(value / score)) : null;
  return el("span.share", {}, el("span.track", { "aria-hidden": "true" }, drawn), el("b", {}, share(value)), of);
}

function chain(path, why, walk) {
  const steps = [];
  nodesOf(path, why).forEach((node, place) => {
    if (place) steps.push(el("span.relation", { dir: "auto" }, path.relations[place - 1].label));
    const name = label(node.name);
    steps.push(node.walkable ? button(name, () => walk(node.kind, node.id), { class: "node" }) : el("span.node", {}, name));
  });
  const more = path.walks > 1 ? el("small", {}, `${path.walks} walks told as one`) : null;
  return el("p.chain", {}, ...steps, more);
}

function details(path, why, walk) {
  const queries = [["Cypher", path.cypher], ["SPARQL", path.sparql]].filter(([, text]) => text);
  return el(
    "details.more",
    {},
    el("summary", {}, "Path and query"),
    chain(path, why, walk),
    ...queries.map(([name, text]) => query(name, text)),
  );
}

function query(name, text) {
  const code = el("pre", { tabindex: "0", "aria-label": name }, el("code", {}, text));
  const copy = button("Copy", async () => {
    copy.textContent = (await copied(text, code)) ? "Copied" : "Selected";
    setTimeout(() => (copy.textContent = "Copy"), 2000);
  }, { class: "quiet", "aria-label": `Copy ${name}` });
  return el("div", {}, el("div.line", {}, el("b", {}, name), copy), code);
}

/** Browsers give the clipboard to safe origins only; elsewhere the text is selected to be copied. */
async function copied(text, code) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    getSelection().selectAllChildren(code);
    return false;
  }
}
