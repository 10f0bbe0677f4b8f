// The queue asks for its rows again every few seconds, and keeps what is selected and where the person is.
import { shortcut } from "./pressed.js";

const EVERY = 5000;
const main = document.querySelector("main");
const form = document.querySelector("#assign");
const count = document.querySelector("#ticked");
const heading = count?.textContent;
const boxes = () => [...document.querySelectorAll("#queue input[name=submission]")];
let ticked = new Set();
let last = null; // the box that was pressed before: with Shift, all between follow

setInterval(() => {
  const isMenuOpen = document.querySelector("#queue details[open]");
  if (document.visibilityState === "visible" && !isMenuOpen) window.htmx?.trigger("#queue", "refresh");
}, EVERY);

function showSelection() {
  const chosen = boxes().filter((box) => box.checked);
  for (const box of boxes()) box.closest("tr").classList.toggle("is-on", box.checked);
  const all = document.querySelector("#tick-all");
  if (all) {
    all.hidden = false;
    all.checked = chosen.length > 0 && chosen.length === boxes().length;
    all.indeterminate = chosen.length > 0 && !all.checked;
  }
  if (!form) return;
  count.textContent = chosen.length ? count.dataset.text.replace("%(count)d", chosen.length) : heading;
  form.querySelector("[type=reset]").hidden = !chosen.length;
}

document.addEventListener("htmx:beforeSwap", () => {
  ticked = new Set(
    boxes()
      .filter((box) => box.checked)
      .map((box) => box.value),
  );
});
document.addEventListener("htmx:afterSettle", () => {
  for (const box of boxes()) box.checked = ticked.has(box.value);
  last = null;
  showSelection();
});

document.addEventListener("click", (event) => {
  const box = event.target.closest?.("#queue input[type=checkbox]");
  if (!box) return;
  if (box.id === "tick-all") for (const each of boxes()) each.checked = box.checked;
  else if (event.shiftKey && last) selectBetween(last, box);
  if (box.id !== "tick-all") last = box;
  showSelection();
});

function selectBetween(first, second) {
  const all = boxes();
  const [from, to] = [all.indexOf(first), all.indexOf(second)].sort((a, b) => a - b);
  for (const each of all.slice(Math.max(from, 0), to + 1)) each.checked = second.checked;
}

form?.addEventListener("reset", () => {
  for (const box of boxes()) box.checked = false;
  setTimeout(showSelection);
});

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input:not([type=checkbox]), textarea, select");
  if (typing || event.repeat || event.ctrlKey || event.altKey || event.metaKey) return;
  const link = event.target.closest(".row-link");
  if (event.key === " " && link) {
    const box = link.closest("tr").querySelector("input[name=submission]");
    if (!box) return;
    event.preventDefault();
    box.click();
  } else if (main.dataset.singleKeys === "on" && shortcut(event) === "n") document.querySelector("#next")?.click();
});
showSelection();
