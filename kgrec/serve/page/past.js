// The box beside the list: the history of a user, or what somebody new likes.

import { unlike, walk } from "./acts.js";
import { get, latest } from "./api.js";
import { byId, el, fill } from "./dom.js";
import { showHistory, showLiked } from "./history.js";
import { learn } from "./names.js";
import { hasSubject, isProfile, isWish, state } from "./state.js";
import { drawSubject } from "./subject.js";

const last = latest();

export async function loadPast() {
  const now = state();
  byId("past").hidden = !hasSubject(now) || (isWish(now) && now.user === null);
  byId("past-title").textContent = now.user === null ? "Liked" : "History";
  if (now.user === null) {
    last(async () => undefined);
    if (isProfile(now)) showLiked(byId("history"), now, { walk, drop: unlike });
    return;
  }
  try {
    const user = await last((signal) => get(`/users/${encodeURIComponent(now.user)}`, {}, signal));
    if (!user) return;
    learn("user", user.id, user.label);
    drawSubject(state());
    showHistory(byId("history"), user, walk);
  } catch (error) {
    fill(byId("history"), el("p.note", {}, error.message));
  }
}
