// The panel beside the list: why an item is recommended, or a node of the graph to walk from.

import { hasWalked, like, walk, willWalk } from "./acts.js";
import { get, latest } from "./api.js";
import { button, byId, fill, label, nameOf, unlessSoon } from "./dom.js";
import { showNode, showNodeLoading } from "./entity.js";
import { fault } from "./fault.js";
import { toggleFilter } from "./filters.js";
import { mark } from "./list.js";
import { entityPath, labelOf } from "./names.js";
import { back, fresh, fromKey, go, hasSubject, isWish, state } from "./state.js";
import { explanation, showWhy, showWhyLoading } from "./why.js";

/** Whether there is room for the panel beside the list; else it stands below the row it tells of. */
export const roomy = matchMedia("(min-width: 760px)");

const last = latest();
let rows = []; // of the list that is shown
let understood = null; // of the wish that it is for
let told = null; // what the panel tells of, as a key

/**
 * @param {Array<object>} items the list that is shown now
 * @param {object|null} [intent] what was understood, where it is for a wish
 */
export function follow(items, intent = null) {
  rows = items;
  understood = intent;
  return loadPanel();
}

/** Tell again what is told already: something has changed beneath it. */
export function reloadPanel() {
  told = null;
  return loadPanel();
}

export const forget = () => (told = null);

export async function loadPanel() {
  const now = state();
  const row = now.node ? null : chosen(now);
  const key = now.node ?? (row && JSON.stringify([row.item, now.user, now.like, now.entity, now.alpha, now.wish, now.intent]));
  const place = byId("detail");
  mark(byId("list"), row?.item);
  stand(place);
  place.hidden = !key;
  if (key === told) return;
  told = key;
  if (!key) {
    last(async () => undefined);
    fill(place);
  } else if (now.node) await loadNode(place, fromKey(now.node));
  else await loadWhy(place, row, now);
  if (key && key === told && !roomy.matches) place.scrollIntoView({ block: "nearest" });
}

/** On narrow screens nothing is told before it is asked for. */
function chosen(now) {
  if (!hasSubject(now)) return null;
  if (now.item === null) return roomy.matches ? (rows[0] ?? null) : null;
  return rows.find((row) => row.item === now.item) ?? { item: now.item, label: labelOf("item", now.item) ?? now.item };
}

async function loadWhy(place, row, now) {
  const acts = { walk, begins: begins(now), besideWish: isWish(now) && now.user !== null };
  const there = unlessSoon(() => showWhyLoading(place, row, acts));
  try {
    const why = await last((signal) => explanation(now, row.item, understood, signal));
    there();
    if (why !== undefined) showWhy(place, row, why, acts);
  } catch (error) {
    there();
    fault(place, error, reloadPanel);
  }
}

/** What the first column of the picture is. */
function begins(now) {
  if (now.user !== null) return "from the history";
  return isWish(now) ? "wished for" : "liked";
}

async function loadNode(place, { kind, id }) {
  const acts = { walk, back: stepBack, close: stop, of: whatElse };
  // What is shown stays until the next is there: steps are quick, and nothing flickers.
  const there = unlessSoon(() => place.querySelector(".walk") || showNodeLoading(place, acts));
  try {
    const node = await last((signal) => get(entityPath(id), { kind }, signal));
    there();
    if (!node) return;
    showNode(place, node, acts);
  } catch (error) {
    there();
    fault(place, error, reloadPanel, (near) => walk(kind, near));
  }
  if (hasWalked()) (place.querySelector("h2") ?? place).focus({ preventScroll: roomy.matches });
}

function stepBack() {
  willWalk();
  back({ node: null });
}

function stop() {
  go({ node: null });
  byId("list").focus({ preventScroll: true });
}

/** What can be done with a node beside walking on. */
function whatElse(node) {
  const now = state();
  if (node.kind === "user") return [button("See what is recommended", () => go({ ...fresh, user: node.id }), { class: "main" })];
  const acts = [];
  if (now.user === null) acts.push(button("Like it", () => like(node.kind, node.id), { class: "main" }));
  else {
    const who = label(nameOf("user", now.user, labelOf("user", now.user)));
    if (node.kind === "item") acts.push(button(["Why for ", who], () => go({ item: node.id, node: null }), { class: "main" }));
    acts.push(button("Begin a profile with it", () => like(node.kind, node.id)));
  }
  if (node.kind === "entity" && hasSubject(now) && !isWish(now)) {
    acts.push(button("Only with it", () => toggleFilter("only", node.id)), button("Never with it", () => toggleFilter("never", node.id)));
  }
  return acts;
}

function stand(place) {
  const row = roomy.matches ? null : byId("list").querySelector(".row.chosen");
  if (row) {
    if (place.parentElement !== row) row.append(place);
  } else if (roomy.matches || !state().node) park();
  else if (place.nextElementSibling !== byId("list")) byId("list").before(place);
}

/** Back to its column, before the rows of the list are made anew. */
export function park() {
  const columns = byId("list").parentElement;
  if (columns.lastElementChild !== byId("detail")) columns.append(byId("detail"));
}
