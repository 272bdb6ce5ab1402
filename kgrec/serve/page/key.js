// The dialog that asks for a key; one at a time, whoever asks.

import { byId } from "./dom.js";

let asking = null;

/**
 * @param {boolean} refused whether a key was given and is not the right one
 * @returns {Promise<string|null>} null: the dialog was closed
 */
export function askForKey(refused) {
  asking ??= new Promise((resolve) => {
    const dialog = byId("key");
    const input = byId("key-value");
    byId("key-title").textContent = refused ? "This key was refused" : "This service asks for a key";
    input.value = "";
    dialog.returnValue = "";
    dialog.addEventListener(
      "close",
      () => {
        asking = null;
        resolve(dialog.returnValue === "ok" ? input.value.trim() || null : null);
      },
      { once: true },
    );
    dialog.showModal();
    input.focus();
  });
  return asking;
}
