// What people do, as changes of the state.

import { byId } from "./dom.js";
import { fresh, go, isProfile, isWish, nodeKey, state } from "./state.js";

let walked = false;

/** Something was found by the search: a user's list, an item to like, or one to look up. */
export function choose(kind, id) {
  if (kind === "user") go({ ...fresh, user: id });
  else if (state().user !== null) return walk("item", id);
  else like("item", id);
  return byId("title").focus({ preventScroll: true });
}

/** Begin a profile, or add to the one that is open. */
export function like(kind, id) {
  const now = state();
  const part = kind === "item" ? "like" : "entity";
  const kept = isProfile(now) && !isWish(now) ? { like: now.like, entity: now.entity } : {};
  const had = kept[part] ?? [];
  go({ ...fresh, ...kept, [part]: had.includes(id) ? had : [...had, id] });
}

export function unlike(kind, id) {
  const part = kind === "item" ? "like" : "entity";
  go({ [part]: state()[part].filter((each) => each !== id) });
  byId("title").focus({ preventScroll: true });
}

/** Look at a node of the graph. */
export function walk(kind, id) {
  walked = true;
  go({ node: nodeKey(kind, id) });
}

/** Whether somebody walked since this was asked: the panel takes the focus then, and only then. */
export function hasWalked() {
  const answer = walked;
  walked = false;
  return answer;
}

export const willWalk = () => (walked = true);

export const startOver = () => go({ ...fresh, only: [], never: [], alpha: null, diversity: 0 });
