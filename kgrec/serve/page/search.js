// The search box: a combobox over users and items, as the ARIA practices describe it.

import { get, latest } from "./api.js";
import { announce, byId, count, debounced, el, fill, label, nameOf } from "./dom.js";
import { learn } from "./names.js";
import { state } from "./state.js";

const USERS = 5;
const ITEMS = 8;

/** @param {(kind: "user"|"item", id: string) => void} choose */
export function startSearch(choose) {
  const input = byId("query");
  const list = byId("found");
  const last = latest();
  let options = [];
  let active = -1;

  const close = () => {
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
    move(-1);
  };

  const move = (to) => {
    options[active]?.element.setAttribute("aria-selected", "false");
    active = to;
    const now = options[active]?.element;
    now?.setAttribute("aria-selected", "true");
    now?.scrollIntoView({ block: "nearest" });
    if (now) input.setAttribute("aria-activedescendant", now.id);
    else input.removeAttribute("aria-activedescendant");
  };

  const take = (option) => {
    input.value = "";
    close();
    choose(option.kind, option.id);
  };

  const show = (groups) => {
    active = -1;
    options = groups.flatMap((group) => group.options);
    options.forEach((option, place) => {
      option.element = el(
        "div.option",
        { id: `found-${place}`, role: "option", "aria-selected": "false", click: () => take(option) },
        label(option.name, "span"),
        el("small", {}, option.note),
      );
      // The focus stays in the box.
      option.element.addEventListener("pointerdown", (event) => event.preventDefault());
    });
    const shown = groups.filter((group) => group.options.length);
    fill(
      list,
      ...shown.map((group, place) =>
        el(
          "div",
          { role: "group", "aria-labelledby": `found-group-${place}` },
          el("div.group", { id: `found-group-${place}`, role: "presentation" }, group.title),
          ...group.options.map((option) => option.element),
        ),
      ),
    );
    if (!options.length) fill(list, el("div.option.none", { role: "option", "aria-disabled": "true", "aria-selected": "false" }, "Nothing of that name."));
    list.hidden = false;
    input.setAttribute("aria-expanded", "true");
    if (input.value.trim()) announce(`${options.length} found`);
  };

  const find = async () => {
    const q = input.value.trim();
    try {
      const groups = await last((signal) => found(q, signal));
      if (groups && document.activeElement === input) show(groups);
    } catch (error) {
      fill(list, el("div.option.none", { role: "option", "aria-disabled": "true", "aria-selected": "false" }, error.message));
      list.hidden = false;
    }
  };
  const soon = debounced(find, 80);

  input.addEventListener("input", soon);
  input.addEventListener("click", () => list.hidden && find());
  input.addEventListener("blur", close);
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (list.hidden) find();
      else if (options.length) move((active + (event.key === "ArrowDown" ? 1 : active < 0 ? 0 : -1) + options.length) % options.length);
    } else if (event.key === "Escape") {
      if (list.hidden) input.value = "";
      close();
    }
  });
  byId("search").addEventListener("submit", async (event) => {
    event.preventDefault();
    if (list.hidden || active < 0) await find();
    if (options.length && (active >= 0 || input.value.trim())) take(options[Math.max(active, 0)]);
  });
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input:not([type=range]), select, textarea, dialog");
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      input.focus();
      input.select();
    }
  });
}

async function found(q, signal) {
  const [users, items] = await Promise.all([
    get("/users", { q, limit: USERS }, signal),
    get("/items", { q, limit: ITEMS }, signal),
  ]);
  const looked = state().user !== null ? "Items: look one up" : "Items: add to what is liked";
  return [
    { title: "Users: see what is recommended", options: users.users.map(asUser) },
    { title: looked, options: items.items.map(asItem) },
  ];
}

export function asUser(user) {
  learn("user", user.id, user.label);
  const done = user.events === 1 ? "1 event" : `${count(user.events ?? 0)} events`;
  return { kind: "user", id: user.id, name: nameOf("user", user.id, user.label), note: done };
}

export function asItem(item) {
  learn("item", item.id, item.label);
  const year = item.label.includes(`(${item.year})`) ? null : item.year;
  const note = [item.type, year].filter(Boolean).join(", ");
  return { kind: "item", id: item.id, name: nameOf("item", item.id, item.label), note };
}
