// The page as a whole: what the address says is asked of the service, and drawn.

import { get, latest, post, whenKeyIsNeeded } from "./api.js";
import { announce, byId, button, el, fill, label, nameOf } from "./dom.js";
import { showNode, showNodeLoading } from "./entity.js";
import { startFilters, toggleFilter } from "./filters.js";
import { showHistory, showLiked } from "./history.js";
import { askForKey } from "./key.js";
import { mark, rowElement, showList, showLoading } from "./list.js";
import { entityPath, labelOf, learn } from "./names.js";
import { startSearch } from "./search.js";
import { startSliders } from "./sliders.js";
import { showStart } from "./start.js";
import { back, fresh, fromKey, go, hasSubject, isProfile, isWish, nodeKey, state, whenChanged } from "./state.js";
import { explanation, showWhy, showWhyLoading } from "./why.js";
import { hideIntent, showIntent } from "./wish.js";

const lists = latest();
const details = latest();
const pasts = latest();
const roomy = matchMedia("(min-width: 760px)");

let items = []; // the list that is shown
let toldOf = null; // what the panel beside the list tells of, as a key
let wantsFocus = false; // whether somebody walks, and the panel should have the focus

// What people do

function choose(kind, id) {
  const now = state();
  if (kind === "user") go({ ...fresh, user: id });
  else if (now.user !== null) return walk("item", id);
  else like("item", id);
  byId("title").focus({ preventScroll: true });
}

function like(kind, id) {
  const now = state();
  const part = kind === "item" ? "like" : "entity";
  const kept = isProfile(now) && !isWish(now) ? { like: now.like, entity: now.entity } : {};
  const had = kept[part] ?? [];
  go({ ...fresh, ...kept, [part]: had.includes(id) ? had : [...had, id] });
}

function walk(kind, id) {
  wantsFocus = true;
  go({ node: nodeKey(kind, id) });
}

function pick(row) {
  go({ item: row.item, node: null });
  announce(`Why ${row.label} is recommended is told beside the list.`);
}

async function take(row) {
  const { user } = state();
  if (user === null) return like("item", row.item);
  const taken = rowElement(byId("list"), row.item)?.querySelector(".take");
  if (taken) taken.disabled = true;
  try {
    const answer = await post("/events", { events: [{ user, item: row.item, timestamp: Math.floor(Date.now() / 1000) }] });
    if (!answer.accepted) throw new Error(answer.refused?.[0]?.reason ?? "The service did not take it.");
  } catch (error) {
    if (taken) taken.disabled = false;
    return complain(error.message);
  }
  announce(`${row.label} is in the history of ${nameOf("user", user, labelOf("user", user))} now.`);
  if (state().item === row.item) go({ item: null }, true);
  toldOf = null;
  byId("list").focus({ preventScroll: true });
  return Promise.all([loadList(), loadPast()]);
}

/** For what went wrong on the way, beside what is shown. */
function complain(sentence) {
  byId("list").querySelector(".complaint")?.remove();
  const words = el("p.complaint", { role: "alert" }, sentence);
  byId("list").prepend(words);
  setTimeout(() => words.remove(), 8000);
}

// The list

const listKey = ({ item, node, ...rest }) => JSON.stringify(rest);

async function loadList() {
  const now = state();
  const place = byId("list");
  if (!hasSubject(now)) return begin(place);
  placeDetail();
  showLoading(place, Math.min(now.k, 10));
  try {
    const answer = await lists((signal) => ask(now, signal));
    if (!answer) return undefined;
    drawList(place, answer, now);
  } catch (error) {
    park();
    items = [];
    place.setAttribute("aria-busy", "false");
    fault(place, error, loadList, (id) => go({ ...fresh, user: id }));
  }
  return loadDetail();
}

function ask(now, signal) {
  if (isWish(now)) {
    const said = edited(now) ?? { text: now.wish ?? "" };
    return post("/wish", { ...said, ...(now.user === null ? {} : { user: now.user }), k: now.k }, signal);
  }
  const whose = now.user !== null ? { user: now.user } : { profile: { liked: now.like, entities: now.entity } };
  const { k, alpha, diversity, only, never } = now;
  return post("/recommend", { ...whose, k, explain: true, alpha, diversity, filters: { only, never } }, signal);
}

function edited(now) {
  try {
    const intent = JSON.parse(now.intent);
    return intent && ["like", "want", "avoid", "ambiguous"].every((part) => Array.isArray(intent[part])) ? { intent } : null;
  } catch {
    return null;
  }
}

function drawList(place, answer, now) {
  park();
  items = answer.items;
  if (isWish(now)) drawIntent(answer.intent, now);
  const filtered = now.only.length + now.never.length > 0 && !isWish(now);
  showList(place, items, { pick, take, takes: now.user === null ? "Like" : "Took it", filtered });
  if (answer.run) byId("under").textContent = `${said(now)} Run ${answer.run}.`;
  announce(`${items.length} recommendations.`);
}

function drawIntent(intent, now) {
  const place = byId("intent");
  const controls = () => [...place.querySelectorAll("button, select, input")];
  const had = controls().indexOf(document.activeElement);
  showIntent(
    place,
    intent,
    (next) => go({ wish: now.wish ?? intent.text, intent: JSON.stringify(next), item: null, node: null }),
    () => go({ wish: null, intent: null, item: null, node: null }),
  );
  if (had >= 0) controls()[Math.min(had, controls().length - 1)]?.focus({ preventScroll: true });
}

function begin(place) {
  park();
  items = [];
  place.setAttribute("aria-busy", "false");
  return Promise.all([
    showStart(place, choose).catch((error) => fault(place, error, () => begin(place))),
    loadDetail(),
  ]);
}

// The history beside it

async function loadPast() {
  const now = state();
  byId("past").hidden = !hasSubject(now) || (isWish(now) && now.user === null);
  if (now.user === null) {
    byId("past-title").textContent = "Liked";
    pasts(async () => undefined);
    return isProfile(now) && showLiked(byId("history"), now, { walk, drop });
  }
  byId("past-title").textContent = "History";
  try {
    const user = await pasts((signal) => get(`/users/${encodeURIComponent(now.user)}`, {}, signal));
    if (!user) return undefined;
    learn("user", user.id, user.label);
    drawSubject(now);
    return showHistory(byId("history"), user, walk);
  } catch (error) {
    return fill(byId("history"), el("p.note", {}, error.message));
  }
}

function drop(kind, id) {
  const part = kind === "item" ? "like" : "entity";
  go({ [part]: state()[part].filter((each) => each !== id) });
  byId("title").focus({ preventScroll: true });
}

// The panel beside the list: a node of the graph, or why an item is recommended

async function loadDetail() {
  const now = state();
  const row = now.node ? null : chosenRow(now);
  const key = now.node ?? (row && JSON.stringify([row.item, now.user, now.like, now.entity, now.alpha, now.wish, now.intent]));
  mark(byId("list"), row?.item);
  placeDetail();
  if (key === toldOf) return;
  toldOf = key;
  const place = byId("detail");
  place.hidden = !key;
  if (!key) {
    details(async () => undefined);
    return fill(place);
  }
  if (now.node) await loadNode(place, fromKey(now.node));
  else await loadWhy(place, row, now);
  if (!roomy.matches && key === toldOf) place.scrollIntoView({ block: "nearest" });
}

function chosenRow(now) {
  if (now.item !== null && hasSubject(now)) {
    return items.find((row) => row.item === now.item) ?? { item: now.item, label: labelOf("item", now.item) ?? now.item };
  }
  return roomy.matches && hasSubject(now) ? (items[0] ?? null) : null;
}

async function loadWhy(place, row, now) {
  const acts = { walk, besideWish: isWish(now) };
  showWhyLoading(place, row, acts);
  try {
    const why = await details((signal) => explanation(now, row.item, signal));
    if (why !== undefined) showWhy(place, row, why, acts);
  } catch (error) {
    fault(place, error, reload);
  }
}

async function loadNode(place, { kind, id }) {
  const acts = { walk, back: stepBack, close: stop, of: whatElse };
  // What is shown stays until the next is there: the walk is quick, and nothing flickers.
  if (!place.querySelector(".walk")) showNodeLoading(place, acts);
  try {
    const node = await details((signal) => get(entityPath(id), { kind }, signal));
    if (!node) return;
    showNode(place, node, acts);
  } catch (error) {
    fault(place, error, reload, (near) => walk(kind, near));
  }
  if (wantsFocus) (place.querySelector("h2") ?? place).focus({ preventScroll: roomy.matches });
  wantsFocus = false;
}

function reload() {
  toldOf = null;
  return loadDetail();
}

function stepBack() {
  wantsFocus = true;
  back({ node: null });
}

function stop() {
  go({ node: null });
  byId("list").focus({ preventScroll: true });
}

/** What can be done with a node beside walking on. */
function whatElse(node) {
  const now = state();
  const acts = [];
  if (node.kind === "user") acts.push(button("See what is recommended", () => go({ ...fresh, user: node.id }), { class: "main" }));
  if (node.kind === "item" && now.user !== null) {
    const who = nameOf("user", now.user, labelOf("user", now.user));
    acts.push(button(["Why for ", label(who)], () => go({ item: node.id, node: null }), { class: "main" }));
  }
  if (node.kind !== "user" && now.user === null) acts.push(button("Like it", () => like(node.kind, node.id), { class: "main" }));
  if (node.kind !== "user" && now.user !== null) acts.push(button("Begin a profile with it", () => like(node.kind, node.id)));
  if (node.kind === "entity" && hasSubject(now) && !isWish(now)) {
    acts.push(button("Only with it", () => toggleFilter("only", node.id)), button("Never with it", () => toggleFilter("never", node.id)));
  }
  return acts;
}

// Where things stand

/** On narrow screens the panel stands below the row that it tells of. */
function placeDetail() {
  const place = byId("detail");
  const row = roomy.matches ? null : byId("list").querySelector(".row.chosen");
  if (row) {
    if (place.parentElement !== row) row.append(place);
  } else if (roomy.matches || !state().node) park();
  else if (place.nextElementSibling !== byId("list")) byId("list").before(place);
}

function park() {
  const columns = byId("list").parentElement;
  if (columns.lastElementChild !== byId("detail")) columns.append(byId("detail"));
}

function fault(place, error, again, near = null) {
  fill(
    place,
    el(
      "div.fault",
      { role: "alert" },
      el("p", {}, error.message),
      near && error.near?.length ? el("p", {}, "Perhaps one of these:") : null,
      near && error.near?.length
        ? el("ul.chips", {}, ...error.near.map((each) => el("li", {}, button(label(each.label || each.id), () => near(each.id), { class: "node" }))))
        : null,
      el(
        "div.acts",
        {},
        button("Try again", again),
        error.status === 400 && state().alpha !== null ? button("Rank as trained", () => go({ alpha: null })) : null,
      ),
    ),
  );
}

// The subject

function said(now) {
  if (isWish(now)) return "Ranked by the graph and by words together.";
  return "The best first, each with what speaks for it.";
}

function drawSubject(now) {
  const title = byId("title");
  const known = now.user !== null ? nameOf("user", now.user, labelOf("user", now.user)) : null;
  byId("main").className = hasSubject(now) ? "busy" : now.node ? "start walking" : "start";
  if (isWish(now)) fill(title, label(now.wish ?? edited(now)?.intent.text ?? "A wish"), known ? el("small", {}, " of ", label(known)) : null);
  else if (known) fill(title, "For ", label(known));
  else fill(title, isProfile(now) ? "For somebody new" : "Recommendations, and why");
  byId("under").textContent = hasSubject(now) ? said(now) : "Each comes with the paths through the knowledge graph that carry its score.";
  fill(byId("acts"), hasSubject(now) ? button("Start over", () => go({ ...fresh, only: [], never: [], alpha: null, diversity: 0 }), { class: "quiet" }) : null);
  document.title = hasSubject(now) ? `${title.textContent} – kgrec` : "kgrec";
  byId("wished").value = now.wish ?? "";
  byId("sliders").disabled = isWish(now);
  byId("tuning-note").hidden = !isWish(now);
  byId("filtering").hidden = isWish(now);
  if (!isWish(now)) hideIntent();
}

function draw(now, before) {
  drawSubject(now);
  const other = !before || listKey(now) !== listKey(before);
  const somebodyElse = !before || [now.user, now.like.join("\n"), now.entity.join("\n")].join("\n\n") !== [before.user, before.like.join("\n"), before.entity.join("\n")].join("\n\n");
  if (somebodyElse && before) {
    park();
    fill(byId("list"));
    fill(byId("history"));
  }
  if (other) loadList();
  else loadDetail();
  if (somebodyElse || (before && isWish(now) !== isWish(before))) loadPast();
}

function start() {
  whenKeyIsNeeded(askForKey);
  if (!roomy.matches) for (const id of ["tuning", "past"]) byId(id).open = false;
  else byId("filtering").open = true;
  startSearch(choose);
  startSliders();
  startFilters();
  byId("wish").addEventListener("submit", (event) => {
    event.preventDefault();
    const wish = byId("wished").value.trim();
    if (wish) go({ ...fresh, user: state().user, wish });
  });
  byId("skip").addEventListener("click", (event) => {
    event.preventDefault();
    byId("list").focus();
  });
  byId("home").addEventListener("click", (event) => {
    event.preventDefault();
    go({ ...fresh, only: [], never: [], alpha: null, diversity: 0 });
  });
  roomy.addEventListener("change", reload);
  whenChanged(draw);
  draw(state(), null);
}

start();
