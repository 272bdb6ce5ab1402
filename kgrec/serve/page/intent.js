// What was understood of a wish, as a value that is changed.

export const PARTS = ["like", "want", "avoid"];

/** @returns {object|null} what a link holds, unless somebody broke the link */
export function readIntent(text) {
  try {
    const intent = JSON.parse(text);
    return [...PARTS, "ambiguous"].every((part) => Array.isArray(intent[part])) ? intent : null;
  } catch {
    return null;
  }
}

/**
 * Take links away, and put one in their place.
 * @param {object} intent
 * @param {Array<object>} links of it, that go
 * @param {"like"|"want"|"avoid"|null} [part] that `put` comes into
 * @param {object|null} [put]
 */
export function edit(intent, links, part = null, put = null) {
  const edited = { ...intent };
  for (const each of PARTS) {
    const firstGone = intent[each].findIndex((link) => links.includes(link));
    edited[each] = intent[each].filter((link) => !links.includes(link));
    if (each === part) edited[each].splice(firstGone < 0 ? edited[each].length : firstGone, 0, put);
  }
  return edited;
}

export const isSame = (link, other) => link.kind === other.kind && link.id === other.id;
