// The decision form: warnings to acknowledge, Approve, Reject… with its reason, and what a key has selected. A click on
// a button submits at once; a key only selects, and Enter submits.
import * as reasons from "./reasons.js";

const form = () => document.querySelector("#verdict");
const find = (selector) => form()?.querySelector(selector);
const boxes = () => [...form().querySelectorAll("input[name=warning]")];
const open = () => boxes().filter((box) => !box.checked);
const isRejecting = () => find("#reject").getAttribute("aria-expanded") === "true";

function corrected() {
  const fields = [...form().querySelectorAll(".correction input, .correction select")].filter((field) => field.value);
  return fields.map((field) => `${field.labels[0].firstChild.textContent.trim()} ${field.value}`);
}

// The sentence in the foot: what Enter does, once a key has selected a decision.
function tell() {
  const what = find("#what");
  what.dataset.rest ??= what.textContent.trim();
  const chosen = form().dataset.chosen;
  const texts = [
    chosen === "approved" ? what.dataset.approve : isRejecting() ? what.dataset.reject : what.dataset.rest,
  ];
  if (corrected().length) texts.push(`${what.dataset.corrects} ${corrected().join(", ")}.`);
  what.textContent = texts.join(" ");
}

function show() {
  const waiting = open().length;
  const approve = find("#approve");
  approve.setAttribute("aria-disabled", String(waiting > 0));
  if (!approve.disabled) approve.title = waiting ? approve.dataset.waiting : "";
  approve.querySelector(".open-count").textContent = waiting ? `(${waiting})` : "";
  approve.classList.toggle("is-chosen", form().dataset.chosen === "approved");
  find("#submit-reject").hidden = !isRejecting();
  const left = find("#warnings-left");
  if (left) {
    const [words, none] = [left.dataset.left, left.dataset.none];
    left.textContent = waiting ? words.replace("%s", waiting).replace("%s", boxes().length) : none;
    const all = find("#acknowledge-all");
    if (all) all.hidden = waiting < 2;
  }
  tell();
}

function openReject(isOpen) {
  find("#reject").setAttribute("aria-expanded", String(isOpen));
  find("#reject-box").hidden = !isOpen;
  form().classList.toggle("is-rejecting", isOpen);
  if (isOpen) form().dataset.chosen = "rejected";
  else if (form().dataset.chosen === "rejected") form().dataset.chosen = "";
  show();
}

// Puts the focus where the officer continues: an open warning, an empty field, else the sentence that says what Enter
// does. The focus never moves to a button that submits.
export function choose(verdict) {
  if (!form() || find("#approve").disabled) return;
  openReject(verdict === "rejected");
  form().dataset.chosen = verdict;
  show();
  const waits = verdict === "approved" ? open()[0] : emptyField();
  (waits ?? find("#what")).focus();
}

function emptyField() {
  if (!reasons.selected()) return find("#find-reason");
  return form().elements.comment.value.trim() ? null : form().elements.comment;
}

export function search() {
  if (!form()) return;
  openReject(true);
  find("#find-reason").focus();
}

export const comment = () => form()?.elements.comment.focus();
export const nextWarning = () => form() && (open()[0] ?? find("#what")).focus();

// Enter on the sentence, or Ctrl and Enter anywhere in the form.
export const isConfirmedBy = (event) =>
  form()?.contains(event.target) && (event.target.id === "what" || event.ctrlKey || event.metaKey);

export function confirm(event) {
  event.preventDefault();
  const chosen = form().dataset.chosen;
  if (chosen === "approved" && open().length) open()[0].focus();
  else if (chosen) find(chosen === "approved" ? "#approve" : "#submit-reject").click();
  else find("#what").textContent = find("#what").dataset.none;
}

function onClick(event) {
  if (event.target.closest("#reject")) {
    openReject(!isRejecting());
    if (isRejecting()) emptyField()?.focus();
  }
  if (event.target.closest("#acknowledge-all")) {
    for (const box of boxes()) box.checked = true;
    show();
    find("#what").focus();
  }
  if (event.target.closest("#approve") && open().length) {
    event.preventDefault();
    open()[0].focus();
  }
}

// Whether the next submission opens after a decision: as the officer last set it in this browser.
function rememberNext() {
  const box = find("#open-next");
  try {
    box.checked = localStorage.getItem("open-next") !== "no";
    box.addEventListener("change", () => localStorage.setItem("open-next", box.checked ? "yes" : "no"));
  } catch {
    // It lasts for this page only.
  }
  box.defaultChecked = box.checked; // a setting is no unsent entry
}

export function start() {
  if (!form()) return;
  form().addEventListener("input", show);
  form().addEventListener("click", onClick);
  rememberNext();
  reasons.start(form());
  const isRejected = form().dataset.chosen === "rejected" || Boolean(find("#id_reason_code_error"));
  const chosen = form().dataset.chosen;
  openReject(isRejected);
  form().dataset.chosen = chosen;
  show();
}
