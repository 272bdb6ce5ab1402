// The page as a whole: what the address says is asked of the service, and drawn.

import { choose, startOver } from "./acts.js";
import { whenKeyIsNeeded } from "./api.js";
import { byId, fill } from "./dom.js";
import { startFilters } from "./filters.js";
import { askForKey } from "./key.js";
import { loadPanel, park, roomy } from "./panel.js";
import { loadPast } from "./past.js";
import { loadList } from "./ranked.js";
import { startSearch } from "./search.js";
import { startSliders } from "./sliders.js";
import { fresh, go, isWish, state, whenChanged } from "./state.js";
import { drawSubject } from "./subject.js";

/** All that the list depends on; the panel beside it may change alone. */
const ofList = ({ item, node, ...rest }) => JSON.stringify(rest);
const ofPerson = ({ user, like, entity }) => JSON.stringify([user, like, entity]);

function draw(now, before) {
  const somebodyElse = !before || ofPerson(now) !== ofPerson(before);
  drawSubject(now);
  if (somebodyElse && before) {
    park();
    fill(byId("list"));
    fill(byId("history"));
  }
  if (before && ofList(now) === ofList(before)) loadPanel();
  else loadList();
  if (somebodyElse || isWish(now) !== isWish(before)) loadPast();
}

function start() {
  whenKeyIsNeeded(askForKey);
  byId("filtering").open = roomy.matches;
  if (!roomy.matches) for (const id of ["tuning", "past"]) byId(id).open = false;
  startSearch(choose);
  startSliders();
  startFilters();
  byId("wish").addEventListener("submit", (event) => {
    event.preventDefault();
    const wish = byId("wished").value.trim();
    if (wish) go({ ...fresh, user: state().user, wish });
  });
  const instead = (id, act) =>
    byId(id).addEventListener("click", (event) => {
      event.preventDefault();
      act();
    });
  instead("skip", () => byId("list").focus());
  instead("home", startOver);
  roomy.addEventListener("change", loadPanel);
  whenChanged(draw);
  draw(state(), null);
}

start();
