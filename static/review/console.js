// The review page: says what a verdict will do before it is confirmed, and gives every control a key.
import * as claim from "./claim.js";
import * as images from "./images.js";

const main = document.querySelector("main");
const form = document.querySelector("#verdict");
const keys = document.querySelector("#keys");

const open = () => [...form.querySelectorAll("input[name=warning]")].filter((box) => !box.checked);

function corrected() {
  const fields = [...form.querySelectorAll(".correction input, .correction select")].filter((field) => field.value);
  return fields.map((field) => `${field.labels[0].firstChild.textContent.trim()} ${field.value}`);
}

// One sentence above the button: what pressing it does.
function tell() {
  const what = document.querySelector("#what");
  const verdict = form.elements.verdict.value;
  if (!verdict) return;
  const waits = verdict === "approved" && open().length;
  const texts = [waits ? `${open().length} ${what.dataset.open}` : what.dataset[verdict === "approved" ? "approve" : "reject"]];
  if (corrected().length) texts.push(`${what.dataset.corrects} ${corrected().join(", ")}.`);
  what.textContent = texts.join(" ");
}

function choose(verdict) {
  if (!form) return;
  form.querySelector(`input[value=${verdict}]`).checked = true;
  tell();
  const waits = verdict === "approved" ? open()[0] : empty();
  (waits ?? document.querySelector("#confirm")).focus();
}

const empty = () => ["reason_code", "comment"].map((name) => form.elements[name]).find((field) => !field.value.trim());

const press = (selector) => () => document.querySelector(selector)?.click();
const focus = (selector) => () => document.querySelector(selector)?.focus();
const KEYS = {
  "a": () => choose("approved"),
  "x": () => choose("rejected"),
  "s": focus("#id_reason_code"),
  "c": () => (form ? focus("#id_comment") : press("#claim-it"))(),
  "w": () => form && open()[0]?.focus(),
  "u": press("#undo"),
  "n": press("#next"),
  "+": () => images.use("in"),
  "=": () => images.use("in"),
  "-": () => images.use("out"),
  "0": () => images.use("reset"),
  "r": () => images.use("turn"),
  "R": () => images.use("back"),
  "b": () => images.use("brighter"),
  "B": () => images.use("darker"),
  "i": images.nextImage,
  "d": images.nextDocument,
  "?": () => keys.showModal(),
};
const ARROWS = { ArrowLeft: "left", ArrowRight: "right", ArrowUp: "up", ArrowDown: "down" };
const REPEATABLE = ["+", "=", "-", "b", "B"];
const TICKS = ["checkbox", "radio"];

const isTyping = (target) => target.closest("textarea, select, input") && !TICKS.includes(target.type);

document.addEventListener("keydown", (event) => {
  // A held key never presses a second time: one press, one verdict.
  if (event.repeat && event.key === "Enter") event.preventDefault();
  if (event.ctrlKey || event.altKey || event.metaKey || document.querySelector("dialog[open]")) return;
  if (isTyping(event.target)) return;
  if (ARROWS[event.key] && (event.target === document.body || event.target.closest(".stage"))) {
    event.preventDefault();
    images.use(ARROWS[event.key]);
    return;
  }
  const act = main.dataset.singleKeys === "on" ? KEYS[event.key] : undefined;
  if (!act || (event.repeat && !REPEATABLE.includes(event.key))) return;
  event.preventDefault();
  act();
});

// Verdicts on others that can still be taken back leave the page with their ten seconds.
for (const bar of document.querySelectorAll(".leaving")) {
  setTimeout(() => bar.remove(), Number(bar.dataset.seconds) * 1000);
}

document.querySelector("[data-open-keys]")?.addEventListener("click", () => keys.showModal());
if (form) {
  form.addEventListener("input", tell);
  tell();
}
images.start();
claim.start();
