// Sliders: they write the state while they are dragged, without a step to come back to for each.

import { byId, debounced } from "./dom.js";
import { go, state, whenChanged } from "./state.js";

const AS_TRAINED = 0.5;

export function startSliders() {
  const soon = debounced((changes) => go(changes, true), 120);
  for (const [name, said] of [["alpha", saidOfAlpha], ["diversity", saidOfDiversity]]) {
    const slider = byId(name);
    slider.addEventListener("input", () => {
      say(name, said, Number(slider.value));
      soon({ alpha: read("alpha"), diversity: read("diversity") });
    });
  }
  byId("k").addEventListener("change", (event) => go({ k: Number(event.target.value) }));
  whenChanged(show);
  show();
}

function read(name) {
  const value = Number(byId(name).value);
  return name === "alpha" && value === AS_TRAINED ? null : value;
}

function show() {
  const { alpha, diversity, k } = state();
  put("alpha", saidOfAlpha, alpha ?? AS_TRAINED);
  put("diversity", saidOfDiversity, diversity);
  const lengths = byId("k");
  if (![...lengths.options].some((option) => Number(option.value) === k)) lengths.append(new Option(k, k));
  lengths.value = String(k);
}

/** What is being dragged is not pulled back by the answer to where it was. */
function put(name, said, value) {
  if (document.activeElement !== byId(name) || !byId(name).matches(":active")) byId(name).value = String(value);
  say(name, said, Number(byId(name).value));
}

function say(name, said, value) {
  const words = said(value);
  byId(`${name}-said`).textContent = words;
  byId(name).setAttribute("aria-valuetext", words);
}

function saidOfAlpha(value) {
  if (value === AS_TRAINED) return "as trained";
  if (value === 0) return "behaviour only";
  if (value === 1) return "content only";
  return value < AS_TRAINED ? `${percent(1 - value)} behaviour` : `${percent(value)} content`;
}

const saidOfDiversity = (value) => (value === 0 ? "none" : percent(value));
const percent = (value) => `${Math.round(100 * value)}%`;
