// The queue asks for its rows again every few seconds, and keeps what is ticked and where the person is.
import { shortcut } from "./pressed.js";

const EVERY = 5000;
const main = document.querySelector("main");
const boxes = () => [...document.querySelectorAll("#queue input[type=checkbox]")];
const all = document.querySelector("#tick-all");
let ticked = new Set();

setInterval(() => {
  if (document.visibilityState === "visible") window.htmx?.trigger("#queue", "refresh");
}, EVERY);

document.addEventListener("htmx:beforeSwap", () => {
  ticked = new Set(
    boxes()
      .filter((box) => box.checked)
      .map((box) => box.value),
  );
});
document.addEventListener("htmx:afterSettle", () => {
  for (const box of boxes()) box.checked = ticked.has(box.value);
});

if (all) {
  all.closest("label").hidden = false;
  all.addEventListener("change", () => {
    for (const box of boxes()) box.checked = all.checked;
  });
}

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, textarea, select");
  if (typing || event.repeat || event.ctrlKey || event.altKey || event.metaKey) return;
  if (main.dataset.singleKeys === "on" && shortcut(event) === "n") document.querySelector("#next")?.click();
});
