// Text typed on the page and not sent: kept when the same submission comes back. The officer is asked before another
// submission replaces it.
import * as panels from "./panels.js";

const ticks = (field) => ["checkbox", "radio"].includes(field.type);
const fieldsOf = (form) =>
  [...form.elements].filter(
    (field) =>
      field.name && field.matches("input, select, textarea") && !["hidden", "submit", "file"].includes(field.type),
  );
const posted = (page) => [...page.querySelectorAll("form[method=post]")];
const actionOf = (form) => form.getAttribute("action");

function isChanged(field) {
  if (ticks(field)) return field.checked !== field.defaultChecked;
  if (field.localName !== "select") return field.value !== field.defaultValue;
  return !([...field.options].find((option) => option.defaultSelected) ?? field.options[0])?.selected;
}

// Besides the form that is being sent. A verdict that was stopped stands in its form and has not been sent either.
export const isUnsent = (page, sent) =>
  posted(page).some((form) => form !== sent && (form.dataset.unsent !== undefined || fieldsOf(form).some(isChanged)));

export function askToLeave() {
  const dialog = document.querySelector("#unsent");
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "leave"), { once: true });
  });
}

// A verdict is not taken along to a submission that has changed in the meantime, or where the server has put it back itself.
const mayCarry = (old, fresh) =>
  fresh.id !== "verdict" ||
  (fresh.dataset.unsent === undefined && old.elements.seen.value === fresh.elements.seen.value);

// The same submission came back: what was typed in every form but the one that was sent goes along.
export function carry(before, after, sent) {
  for (const old of posted(before)) {
    const fresh = old === sent ? undefined : posted(after).find((form) => actionOf(form) === actionOf(old));
    if (!fresh || !mayCarry(old, fresh)) continue;
    for (const field of fieldsOf(old)) copy(field, fieldsOf(fresh));
    if (old.dataset.chosen) fresh.dataset.chosen = old.dataset.chosen;
  }
}

// The field of the fresh page in which somebody is typing right now, outside the form that was sent, and where in it.
export function focused(after, sent) {
  const field = document.activeElement;
  if (!field.form || field.form === sent || !field.matches("textarea, input[type=text], input:not([type])"))
    return null;
  const form = posted(after).find((each) => actionOf(each) === actionOf(field.form));
  const same =
    form && fieldsOf(form).find((each) => each.name === field.name && each.type === field.type && !ticks(each));
  return same ? { field: same, from: field.selectionStart, to: field.selectionEnd } : null;
}

export function goOn(typing, otherwise) {
  const part = typing?.field.closest("details");
  if (part) part.open = true;
  const panel = typing?.field.closest(".panel");
  if (panel) panels.show(`#${panel.id}`);
  (typing?.field ?? otherwise).focus();
  typing?.field.setSelectionRange(typing.from, typing.to);
}

function copy(field, others) {
  const same = others.find((other) => other.name === field.name && (!ticks(other) || other.value === field.value));
  if (!same) return;
  if (ticks(field)) same.checked = field.checked;
  else same.value = field.value;
  const part = same.closest("details");
  if (part && field.value && field.closest("details")?.open) part.open = true;
}
