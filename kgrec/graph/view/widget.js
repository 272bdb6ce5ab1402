// The picture of a graph in a live notebook: pan, zoom, expand, filter, read.
// All that comes from data is set as text or as an attribute, never as markup.

const SVG = "http://www.w3.org/2000/svg";

function make(tag, attributes = {}, text = "") {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  if (text) element.textContent = text;
  return element;
}

function html(tag, attributes = {}, text = "") {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  if (text) element.textContent = text;
  return element;
}

function button(words, label, action) {
  const element = html("button", { type: "button", "aria-label": label, title: label }, words);
  element.addEventListener("click", action);
  return element;
}

// Where the line between two dots leaves the first.
function leave(one, other) {
  const long = Math.hypot(other.x - one.x, other.y - one.y) || 1;
  const reach = one.radius + 2;
  return [one.x + ((other.x - one.x) / long) * reach, one.y + ((other.y - one.y) / long) * reach];
}

function tip(x0, y0, x1, y1) {
  const angle = Math.atan2(y1 - y0, x1 - x0);
  const corner = (side) => [x1 - 6 * Math.cos(angle + side), y1 - 6 * Math.sin(angle + side)];
  const points = [[x1, y1], corner(-0.42), corner(0.42)];
  return make("polygon", { class: "kg-tip", points: points.map((p) => p.join(",")).join(" ") });
}

class View {
  constructor(model, root) {
    this.model = model;
    this.root = root;
    this.hidden = new Set();
    this.chosen = null;
    this.box = null;
    this.frame();
    this.draw();
  }

  frame() {
    this.root.replaceChildren();
    this.root.className = "kg-widget";
    const bar = html("div", { class: "kg-tools", role: "toolbar", "aria-label": "Picture" });
    this.grow = button("Expand", "Show more neighbours of the chosen node (e)", () => this.expand());
    this.status = html("span", { class: "kg-status", role: "status" });
    bar.append(
      button("+", "Zoom in (+)", () => this.zoom(0.8)),
      button("−", "Zoom out (−)", () => this.zoom(1.25)),
      button("Fit", "Show all (0)", () => this.fit()),
      this.grow,
      this.status,
    );
    this.svg = make("svg", { class: "kg", tabindex: 0, role: "group" });
    this.side = html("aside");
    this.about = html("div", { "aria-live": "polite" });
    this.filters = html("fieldset");
    this.side.append(this.about, this.filters);
    this.key = html("ul", { class: "kg-key" });
    this.root.append(bar, this.svg, this.side, this.key);
    this.listen();
  }

  listen() {
    this.svg.addEventListener("keydown", (event) => this.press(event));
    this.svg.addEventListener("wheel", (event) => {
      event.preventDefault();
      this.zoom(event.deltaY > 0 ? 1.12 : 0.89, this.point(event));
    }, { passive: false });
    let from = null;
    this.svg.addEventListener("pointerdown", (event) => {
      from = { at: this.point(event), id: event.pointerId, x: event.clientX, y: event.clientY };
    });
    this.svg.addEventListener("pointermove", (event) => {
      if (!from || event.pointerId !== from.id) return;
      if (Math.hypot(event.clientX - from.x, event.clientY - from.y) < 4) return;
      // Only now: a captured pointer would take the click from the node.
      this.svg.setPointerCapture(from.id);
      this.svg.classList.add("kg-moving");
      const to = this.point(event);
      this.pan(from.at[0] - to[0], from.at[1] - to[1]);
    });
    const end = () => {
      from = null;
      this.svg.classList.remove("kg-moving");
    };
    this.svg.addEventListener("pointerup", end);
    this.svg.addEventListener("pointercancel", end);
  }

  draw() {
    const scene = this.model.get("scene");
    this.scene = scene;
    this.nodes = new Map(scene.nodes.map((node) => [node.key, node]));
    if (!this.nodes.has(this.chosen)) this.chosen = scene.nodes[0].key;
    this.svg.replaceChildren(make("title", {}, `${scene.nodes[0].name}: ${scene.caption}`));
    this.edges = scene.edges.filter((e) => e.head !== e.tail).map((edge) => this.edge(edge));
    this.dots = new Map(scene.nodes.map((node) => [node.key, this.dot(node)]));
    this.legend();
    this.filter();
    this.status.textContent = scene.caption;
    this.fit();
    this.choose(this.chosen, false);
  }

  edge(edge) {
    const [head, tail] = [this.nodes.get(edge.head), this.nodes.get(edge.tail)];
    const group = make("g", { class: "kg-edge" });
    const [x0, y0] = leave(head, tail);
    const [x1, y1] = leave(tail, head);
    group.append(
      make("title", {}, `${head.name} —${edge.label}→ ${tail.name}`),
      make("line", { class: "kg-wide", x1: x0, y1: y0, x2: x1, y2: y1 }),
      make("line", { class: "kg-line", x1: x0, y1: y0, x2: x1, y2: y1 }),
      tip(x0, y0, x1, y1),
    );
    this.svg.append(group);
    return { edge, group };
  }

  dot(node) {
    const role = node.centre ? " kg-centre" : "";
    const group = make("g", {
      class: `kg-dot kg-dot-${node.kind} kg-type-${node.colour}${role}`,
      tabindex: -1,
      role: "button",
      "aria-label": `${node.name}, ${node.type}, ${node.facts} facts`,
    });
    const r = node.radius;
    const shape = node.kind === "item"
      ? make("rect", { x: node.x - r, y: node.y - r, width: 2 * r, height: 2 * r, rx: 3 })
      : make("circle", { cx: node.x, cy: node.y, r });
    group.append(make("title", {}, `${node.name} (${node.type}, ${node.key})`), shape);
    node.lines.forEach((line, number) => {
      const y = node.y + r + 12 + 14 * number;
      group.append(make("text", { class: "kg-label", x: node.x, y, "text-anchor": "middle" }, line));
    });
    group.addEventListener("click", () => this.choose(node.key, true));
    group.addEventListener("dblclick", () => this.expand());
    this.svg.append(group);
    return group;
  }

  legend() {
    this.key.replaceChildren();
    for (const { name, colour } of this.scene.types) {
      if (colour >= this.scene.colours) continue;
      const entry = html("li");
      const spot = make("svg", { class: "kg", viewBox: "0 0 10 10", "aria-hidden": "true" });
      spot.removeAttribute("tabindex");
      const group = make("g", { class: `kg-type-${colour}` });
      group.append(make("circle", { cx: 5, cy: 5, r: 5 }));
      spot.append(group);
      spot.style.cssText = "height:11px;width:11px;border:0;border-radius:0;background:none;cursor:auto";
      entry.append(spot, document.createTextNode(name));
      this.key.append(entry);
    }
  }

  filter() {
    this.filters.replaceChildren(html("legend", {}, "Relations"));
    for (const { name, label, count } of this.scene.relations) {
      const line = html("label");
      const box = html("input", { type: "checkbox" });
      box.checked = !this.hidden.has(name);
      box.addEventListener("change", () => {
        if (box.checked) this.hidden.delete(name);
        else this.hidden.add(name);
        this.show();
      });
      line.append(box, document.createTextNode(` ${label} (${count})`));
      this.filters.append(line);
    }
    this.show();
  }

  // What is joined to the rest only by relations that are switched off goes with them.
  show() {
    const seen = new Set([this.scene.nodes[0].key]);
    for (const { edge, group } of this.edges) {
      const off = this.hidden.has(edge.relation);
      group.classList.toggle("kg-hidden", off);
      if (!off) seen.add(edge.head).add(edge.tail);
    }
    for (const [key, dot] of this.dots) {
      dot.classList.toggle("kg-hidden", this.hidden.size > 0 && !seen.has(key));
    }
  }

  choose(key, focus) {
    this.chosen = key;
    for (const [other, dot] of this.dots) {
      dot.classList.toggle("kg-chosen", other === key);
      dot.setAttribute("tabindex", other === key ? 0 : -1);
      if (other === key && focus) dot.focus({ preventScroll: true });
    }
    for (const { edge, group } of this.edges) {
      group.classList.toggle("kg-lit", edge.head === key || edge.tail === key);
    }
    this.tell(this.nodes.get(key));
  }

  tell(node) {
    this.about.replaceChildren(
      html("h4", {}, node.name || "(no name)"),
      html("p", { class: "kg-small" }, `${node.type} · ${node.key} · ${node.facts} facts`),
    );
    if (node.text) this.about.append(html("p", {}, node.text));
    const around = this.edges.filter(({ edge }) => edge.head === node.key || edge.tail === node.key);
    for (const { edge } of around.slice(0, 20)) {
      const [head, tail] = [this.nodes.get(edge.head), this.nodes.get(edge.tail)];
      this.about.append(html("p", { class: "kg-small" }, `${head.name} —${edge.label}→ ${tail.name}`));
    }
    if (around.length > 20) {
      this.about.append(html("p", { class: "kg-small" }, `… and ${around.length - 20} more`));
    }
  }

  expand() {
    if (!this.chosen || this.grow.disabled) return;
    this.grow.disabled = true;
    this.status.textContent = "Asking …";
    this.model.send({ kind: "expand", key: this.chosen });
  }

  answered(message) {
    this.grow.disabled = false;
    if (message && typeof message.error === "string") this.status.textContent = message.error;
  }

  grown() {
    const held = this.svg.contains(document.activeElement) && document.activeElement !== this.svg;
    this.grow.disabled = false;
    this.draw();
    if (held) this.choose(this.chosen, true);
  }

  press(event) {
    const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    const onDot = event.target !== this.svg;
    if (way && onDot) this.step(way);
    else if (way) this.pan((way[0] * this.box[2]) / 10, (way[1] * this.box[3]) / 10);
    else if (event.key === "+" || event.key === "=") this.zoom(0.8);
    else if (event.key === "-" || event.key === "−") this.zoom(1.25);
    else if (event.key === "0") this.fit();
    else if (event.key === "e" || (event.key === "Enter" && onDot)) this.expand();
    else return;
    event.preventDefault();
    event.stopPropagation(); // a notebook has shortcuts of its own
  }

  // The nearest node in a direction, as a person would say it.
  step([dx, dy]) {
    const here = this.nodes.get(this.chosen);
    let best = null;
    let least = Infinity;
    for (const node of this.nodes.values()) {
      if (node === here || this.dots.get(node.key).classList.contains("kg-hidden")) continue;
      const along = (node.x - here.x) * dx + (node.y - here.y) * dy;
      const aside = Math.abs((node.x - here.x) * dy) + Math.abs((node.y - here.y) * dx);
      if (along <= 0 || aside > 2 * along) continue;
      if (along + 2 * aside < least) [best, least] = [node, along + 2 * aside];
    }
    if (best) this.choose(best.key, true);
  }

  point(event) {
    const matrix = this.svg.getScreenCTM();
    if (!matrix) return [0, 0];
    const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(matrix.inverse());
    return [at.x, at.y];
  }

  set(box) {
    this.box = box;
    this.svg.setAttribute("viewBox", box.map((value) => value.toFixed(1)).join(" "));
  }

  fit() {
    this.set([0, 0, this.scene.width, this.scene.height]);
  }

  pan(dx, dy) {
    const [x, y, w, h] = this.box;
    this.set([x + dx, y + dy, w, h]);
  }

  zoom(factor, at) {
    const [x, y, w, h] = this.box;
    const wide = Math.min(Math.max(w * factor, 80), 20 * this.scene.width);
    const real = wide / w;
    const [px, py] = at || [x + w / 2, y + h / 2];
    this.set([px - (px - x) * real, py - (py - y) * real, wide, h * real]);
  }
}

function render({ model, el }) {
  const root = html("div");
  el.append(root);
  const view = new View(model, root);
  const grown = () => view.grown();
  const answered = (message) => view.answered(message);
  model.on("change:scene", grown);
  model.on("msg:custom", answered);
  const still = document.getElementById(model.get("picture") || "");
  if (still) still.hidden = true;
  return () => {
    model.off("change:scene", grown);
    model.off("msg:custom", answered);
  };
}

export default { render };
