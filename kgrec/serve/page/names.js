// Labels by kind and id: what answers said along the way, and for the rest one question each.

import { get } from "./api.js";
import { nodeKey } from "./state.js";

const known = new Map();

export function learn(kind, id, label) {
  if (label) known.set(nodeKey(kind, id), label);
}

export const labelOf = (kind, id) => known.get(nodeKey(kind, id)) ?? null;

/** Put the label of a node into an element, at once or when it is known. */
export function write(place, kind, id) {
  place.textContent = labelOf(kind, id) ?? id;
  if (labelOf(kind, id) !== null) return place;
  get(entityPath(id), { kind })
    .then((node) => {
      learn(kind, id, node.label);
      place.textContent = node.label || id;
    })
    .catch(() => {}); // The id stays: it is a name, too.
  return place;
}

/** Slashes of an id stay: they are part of the path. */
export const entityPath = (id) => `/entities/${id.split("/").map(encodeURIComponent).join("/")}`;
