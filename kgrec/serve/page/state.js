// All that a link says: the part of the address behind "#" is the state, and nothing else is.

import { readIntent } from "./intent.js";

const MANY = ["like", "entity", "only", "never"];
const NUMBERS = { alpha: null, diversity: 0, k: 10 };
const TEXTS = ["user", "item", "node", "wish", "intent"];

const listeners = [];
let current = read();

/** What the address says now. */
export const state = () => current;

/** @param {(now: object, before: object) => void} listener called after every change */
export const whenChanged = (listener) => listeners.push(listener);

/**
 * Change the state, and the address with it.
 * @param {object} changes
 * @param {boolean} [replace] without a step to come back to, for what changes while it is dragged
 */
export function go(changes, replace = false) {
  const next = written({ ...current, ...changes });
  if (next === written(current)) return;
  history[replace ? "replaceState" : "pushState"]({ within: true }, "", `#${next}`);
  turn();
}

/** One step back, or to `otherwise` where a link led straight here. */
export function back(otherwise) {
  if (history.state?.within) history.back();
  else go(otherwise);
}

/** Another subject: all that belonged to the one before is left behind, but not how lists are made. */
export const fresh = { user: null, like: [], entity: [], item: null, node: null, wish: null, intent: null };

window.addEventListener("popstate", turn);
window.addEventListener("hashchange", turn);

function turn() {
  const before = current;
  current = read();
  if (written(before) !== written(current)) for (const listener of listeners) listener(current, before);
}

function read() {
  const said = new URLSearchParams(location.hash.slice(1));
  const found = {};
  for (const name of TEXTS) found[name] = said.get(name) || null;
  if (!readIntent(found.intent)) found.intent = null;
  for (const name of MANY) found[name] = [...new Set(said.getAll(name))];
  for (const [name, usual] of Object.entries(NUMBERS)) found[name] = number(said.get(name), usual, name);
  return found;
}

function number(text, usual, name) {
  const value = text === null || text === "" ? NaN : Number(text);
  if (!Number.isFinite(value)) return usual;
  return name === "k" ? Math.min(100, Math.max(1, Math.round(value))) : Math.min(1, Math.max(0, value));
}

/** @returns {string} the same for states that are the same */
export function written(of) {
  const said = new URLSearchParams();
  for (const name of TEXTS) if (of[name] !== null) said.append(name, of[name]);
  for (const name of MANY) for (const id of of[name]) said.append(name, id);
  for (const [name, usual] of Object.entries(NUMBERS)) if (of[name] !== usual) said.append(name, of[name]);
  return said.toString();
}

export const isProfile = (of) => of.user === null && (of.like.length > 0 || of.entity.length > 0);
export const isWish = (of) => of.wish !== null || of.intent !== null;
export const hasSubject = (of) => of.user !== null || isProfile(of) || isWish(of);

/** A node as it stands in an address: ids of users, items and entities may be alike. */
export const nodeKey = (kind, id) => `${kind}:${id}`;
export function fromKey(key) {
  const at = key.indexOf(":");
  return at < 0 ? { kind: null, id: key } : { kind: key.slice(0, at), id: key.slice(at + 1) };
}
