// The review page: one view over all pictures, and keys. A key chooses; only Confirm decides.

const images = () => document.querySelectorAll("img[data-view]");
const view = { zoom: 1, turn: 0, light: 1, x: 0, y: 0 };
const STEP = 40; // px

const tools = {
  in: () => { view.zoom = Math.min(6, view.zoom * 1.25); },
  out: () => { view.zoom = Math.max(0.5, view.zoom / 1.25); },
  turn: () => { view.turn = (view.turn + 90) % 360; },
  light: () => { view.light = view.light >= 1.8 ? 0.6 : view.light + 0.2; },
  left: () => { view.x += STEP; },
  right: () => { view.x -= STEP; },
  up: () => { view.y += STEP; },
  down: () => { view.y -= STEP; },
  reset: () => { Object.assign(view, { zoom: 1, turn: 0, light: 1, x: 0, y: 0 }); },
  help: () => document.querySelector("#keys").showModal(),
};

function show() {
  for (const image of images()) {
    image.style.transform = `translate(${view.x}px, ${view.y}px) scale(${view.zoom}) rotate(${view.turn}deg)`;
    image.style.filter = `brightness(${view.light})`;
  }
}

function use(name) {
  tools[name]();
  show();
}

document.addEventListener("click", (event) => {
  const tool = event.target.closest("[data-tool]");
  if (tool) use(tool.dataset.tool);
});

let drag = null;
document.addEventListener("pointerdown", (event) => {
  if (event.target.closest(".frame") && event.button === 0) {
    drag = { x: event.clientX - view.x, y: event.clientY - view.y };
    event.preventDefault();
  }
});
document.addEventListener("pointermove", (event) => {
  if (!drag) return;
  view.x = event.clientX - drag.x;
  view.y = event.clientY - drag.y;
  show();
});
document.addEventListener("pointerup", () => { drag = null; });
document.addEventListener("wheel", (event) => {
  if (!event.target.closest(".frame")) return;
  event.preventDefault();
  use(event.deltaY < 0 ? "in" : "out");
}, { passive: false });

const verdict = document.querySelector("#verdict");
const what = document.querySelector("#what");

function tell() {
  const chosen = verdict.querySelector("input[name=verdict]:checked");
  if (chosen) what.textContent = chosen.value === "approved" ? what.dataset.approve : what.dataset.reject;
}

function choose(value) {
  const radio = verdict?.querySelector(`input[name=verdict][value=${value}]`);
  if (!radio) return;
  radio.checked = true;
  tell();
  const open = verdict.querySelector("input[name=warning]:not(:checked)");
  if (value === "approved" && open) open.focus();
  else if (value === "rejected") verdict.querySelector("[name=reason_code]").focus();
  else verdict.querySelector("#confirm").focus();
}

verdict?.addEventListener("change", tell);

const keys = {
  a: () => choose("approved"),
  x: () => choose("rejected"),
  "+": () => use("in"),
  "=": () => use("in"),
  "-": () => use("out"),
  r: () => use("turn"),
  b: () => use("light"),
  0: () => use("reset"),
  "?": () => use("help"),
  u: () => document.querySelector("button[data-key=u]")?.click(),
  n: () => document.querySelector("button[data-key=n]")?.click(),
};

// A key that is held down repeats; a repeated key never counts, so one press cannot reach the next submission.
document.addEventListener("keydown", (event) => {
  const typing = event.target.matches("input:not([type=checkbox]):not([type=radio]), textarea, select");
  if (event.repeat || event.ctrlKey || event.metaKey || event.altKey || typing) return;
  if (verdict?.dataset.singleKeys === "0" && event.key !== "?") return;
  if (document.querySelector("dialog[open]")) return;
  const press = keys[event.key];
  if (!press) return;
  event.preventDefault();
  press();
});

// While the person works the claim is extended, at most once in five minutes.
const claim = document.querySelector("[data-claim]");
let extended = Date.now();
document.addEventListener("input", () => {
  if (!claim || Date.now() - extended < 300_000) return;
  extended = Date.now();
  const token = document.querySelector("input[name=csrfmiddlewaretoken]").value;
  fetch(claim.dataset.claim, { method: "POST", headers: { "X-CSRFToken": token, "HX-Request": "true" } });
});
