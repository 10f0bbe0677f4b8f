// Says what a verdict will do before it is confirmed.
const form = () => document.querySelector("#verdict");
const open = () => [...form().querySelectorAll("input[name=warning]")].filter((box) => !box.checked);
const empty = () =>
  ["reason_code", "comment"].map((name) => form().elements[name]).find((field) => !field.value.trim());

function corrected() {
  const fields = [...form().querySelectorAll(".correction input, .correction select")].filter((field) => field.value);
  return fields.map((field) => `${field.labels[0].firstChild.textContent.trim()} ${field.value}`);
}

// One sentence above the buttons: what pressing them does.
function tell() {
  const what = document.querySelector("#what");
  const verdict = form().elements.verdict.value;
  if (!verdict) return;
  const waits = verdict === "approved" && open().length;
  const texts = [
    waits ? `${what.dataset.open} ${open().length}` : what.dataset[verdict === "approved" ? "approve" : "reject"],
  ];
  if (corrected().length) texts.push(`${what.dataset.corrects} ${corrected().join(", ")}.`);
  what.textContent = texts.join(" ");
}

// Chooses, and puts the focus where the person goes on: an open warning, an empty field, else the sentence that says
// what Enter will do. The focus is never moved to a button that confirms.
export function choose(verdict) {
  if (!form()) return;
  form().querySelector(`input[value=${verdict}]`).checked = true;
  tell();
  const waits = verdict === "approved" ? open()[0] : empty();
  (waits ?? document.querySelector("#what")).focus();
}

export const nextWarning = () => form() && (open()[0] ?? document.querySelector("#what")).focus();

// Enter on the sentence, or Ctrl and Enter anywhere in the form.
export const isConfirmedBy = (event) => event.target.id === "what" || (event.ctrlKey && form()?.contains(event.target));

export function confirm(event) {
  event.preventDefault();
  document.querySelector("#confirm-next").click();
}

export function start() {
  if (!form()) return;
  form().addEventListener("input", tell);
  tell();
}
