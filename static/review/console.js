// The review page: asks before a verdict is given, and gives every control a key.
import * as claim from "./claim.js";
import * as images from "./images.js";

const main = document.querySelector("main");
const form = document.querySelector("#decision");
const confirming = document.querySelector("#confirm");
const keys = document.querySelector("#keys");

const open = () => [...form.querySelectorAll("input[name=warning]")].filter((box) => !box.checked);

function missing(verdict) {
  const texts = document.querySelector("#confirm-missing").dataset;
  if (verdict === "approved") return open().length ? texts.warnings : "";
  return form.elements.reason_code.value && form.elements.comment.value.trim() ? "" : texts.reject;
}

function facts(verdict) {
  const list = document.querySelector("#confirm-list");
  const ticked = form.querySelectorAll("input[name=warning]:checked").length;
  const found = [];
  if (verdict === "approved" && ticked) found.push(`${ticked} ${list.dataset.ticked}`);
  if (verdict === "rejected") {
    found.push(`${list.dataset.reason}: ${form.elements.reason_code.selectedOptions[0].text}`);
    found.push(`${list.dataset.comment}: ${form.elements.comment.value.trim()}`);
  }
  for (const field of form.querySelectorAll(".correction input, .correction select")) {
    if (field.value) found.push(`${field.labels[0].firstChild.textContent.trim()}: ${field.value}`);
  }
  return found;
}

function ask(verdict) {
  const title = document.querySelector("#confirm-title");
  const yes = document.querySelector("#confirm-yes");
  const problem = document.querySelector("#confirm-missing");
  const why = missing(verdict);
  title.textContent = verdict === "approved" ? title.dataset.approve : title.dataset.reject;
  document.querySelector("#confirm-list").replaceChildren(...(why ? [] : facts(verdict)).map((text) => {
    const item = document.createElement("li");
    item.textContent = text;
    return item;
  }));
  problem.hidden = !why;
  problem.textContent = why;
  yes.value = verdict;
  yes.disabled = Boolean(why);
  confirming.showModal();
  (why ? document.querySelector("#confirm-no") : yes).focus();
}

function startForm() {
  form.addEventListener("click", (event) => {
    const button = event.target.closest("button[name=verdict]");
    if (!button) return;
    event.preventDefault();
    ask(button.value);
  });
  document.querySelector("#confirm-no").addEventListener("click", () => {
    confirming.close();
    if (open().length) open()[0].focus();
  });
  // A held Enter that opened the question must not answer it too.
  confirming.addEventListener("keydown", (event) => { if (event.repeat) event.preventDefault(); });
}

const press = (selector) => () => document.querySelector(selector)?.click();
const focus = (selector) => () => document.querySelector(selector)?.focus();
const KEYS = {
  "a": () => form && !form.querySelector(".approve").disabled && ask("approved"),
  "x": () => form && !form.querySelector(".danger").disabled && ask("rejected"),
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

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || document.querySelector("dialog[open]")) return;
  if (event.target.closest("input, textarea, select")) return;
  if (event.target.closest(".stage") && ARROWS[event.key]) {
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

document.querySelector("[data-open]")?.addEventListener("click", () => keys.showModal());
if (form) startForm();
images.start();
claim.start();
