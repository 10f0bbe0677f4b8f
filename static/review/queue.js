// The queue asks for its rows again every 15 seconds, and keeps what is ticked and where the person is.
const EVERY = 15000;
let ticked = new Set();

const boxes = () => document.querySelectorAll("#queue input[type=checkbox]");

setInterval(() => {
  if (document.visibilityState === "visible") window.htmx?.trigger("#queue", "refresh");
}, EVERY);

document.addEventListener("htmx:beforeSwap", () => {
  ticked = new Set([...boxes()].filter((box) => box.checked).map((box) => box.value));
});
document.addEventListener("htmx:afterSettle", () => {
  for (const box of boxes()) box.checked = ticked.has(box.value);
});

const main = document.querySelector("main");
document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, textarea, select");
  if (typing || event.repeat || event.ctrlKey || event.altKey || event.metaKey) return;
  if (main.dataset.singleKeys === "on" && event.key === "n") document.querySelector("#next")?.click();
});
