// The list: asked for, drawn, and changed by what people take.

import { choose, like } from "./acts.js";
import { latest, post } from "./api.js";
import { announce, byId, nameOf } from "./dom.js";
import { complain, fault } from "./fault.js";
import { readIntent } from "./intent.js";
import { rowElement, showList, showLoading } from "./list.js";
import { labelOf } from "./names.js";
import { follow, forget, park } from "./panel.js";
import { loadPast } from "./past.js";
import { showStart } from "./start.js";
import { fresh, go, hasSubject, isWish, state } from "./state.js";
import { tellRun } from "./subject.js";
import { showIntent } from "./wish.js";

const last = latest();

export async function loadList() {
  const now = state();
  const place = byId("list");
  if (!hasSubject(now)) return begin(place);
  const there = showLoading(place, Math.min(now.k, 10));
  try {
    const answer = await last((signal) => ask(now, signal));
    there();
    if (!answer) return undefined;
    draw(place, answer, now);
    return follow(answer.items, answer.intent);
  } catch (error) {
    there();
    park();
    place.setAttribute("aria-busy", "false");
    fault(place, error, loadList, (id) => go({ ...fresh, user: id }));
    return follow([]);
  }
}

function ask(now, signal) {
  if (isWish(now)) {
    const words = now.intent === null ? { text: now.wish } : { intent: readIntent(now.intent) };
    return post("/wish", { ...words, ...(now.user === null ? {} : { user: now.user }), k: now.k }, signal);
  }
  const whose = now.user !== null ? { user: now.user } : { profile: { liked: now.like, entities: now.entity } };
  const { k, alpha, diversity, only, never } = now;
  return post("/recommend", { ...whose, k, explain: true, alpha, diversity, filters: { only, never } }, signal);
}

function draw(place, answer, now) {
  park();
  if (isWish(now)) drawIntent(answer, now);
  const filtered = !isWish(now) && now.only.length + now.never.length > 0;
  showList(place, answer.items, { pick, take, takes: now.user === null ? "Like" : "Took it", filtered, byScore: !isWish(now) });
  tellRun(answer.run);
  announce(`${answer.items.length} recommendations.`);
}

/** Whoever changes a chip goes on from where the chip was. */
function drawIntent({ intent, notes }, now) {
  const place = byId("intent");
  const controls = () => [...place.querySelectorAll("button, select, input")];
  const had = controls().indexOf(document.activeElement);
  showIntent(
    place,
    intent,
    notes ?? [],
    (next) => go({ wish: now.wish ?? intent.text, intent: JSON.stringify(next), item: null, node: null }),
    () => go({ wish: null, intent: null, item: null, node: null }),
  );
  if (had >= 0) controls()[Math.min(had, controls().length - 1)].focus({ preventScroll: true });
}

function begin(place) {
  last(async () => undefined);
  park();
  place.setAttribute("aria-busy", "false");
  const shown = showStart(place, choose).catch((error) => hasSubject(state()) || fault(place, error, () => begin(place)));
  return Promise.all([shown.then(() => tellRun()), follow([])]);
}

function pick(row) {
  go({ item: row.item, node: null });
  announce(`Why ${row.label} is recommended is told beside the list.`);
}

/** A known user took it: it joins the history and leaves the list. Somebody new likes it. */
async function take(row) {
  const { user } = state();
  if (user === null) return like("item", row.item);
  const pressed = rowElement(byId("list"), row.item)?.querySelector(".take");
  if (pressed) pressed.disabled = true;
  const event = { user, item: row.item, timestamp: Math.floor(Date.now() / 1000) };
  try {
    const answer = await post("/events", { events: [event] });
    if (!answer.accepted) throw new Error(answer.refused?.[0]?.reason ?? "The service did not take it.");
  } catch (error) {
    if (pressed) pressed.disabled = false;
    return complain(error.message);
  }
  forget();
  if (state().item === row.item) go({ item: null }, true);
  byId("list").focus({ preventScroll: true });
  await Promise.all([loadList(), loadPast()]);
  return announce(`${row.label} is in the history of ${nameOf("user", user, labelOf("user", user))} now.`);
}
