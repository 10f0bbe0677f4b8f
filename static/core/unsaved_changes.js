// Words in a form that was not sent: the page asks before it goes without them, and does not reload itself over them.
// Only where main says what to ask. The capture form is left out: it saves automatically (`capture/capture.js`).

const main = document.querySelector("main[data-unsent]");
const touched = new Set();
let isAgreed = false; // to go without them, until something else is typed

// The first field, outside the form that is about to be sent, whose words would be lost.
export function unsent(but = null) {
  if (!main) return undefined;
  const forms = [...main.querySelectorAll("form:not([data-autosave])")].filter((form) => form !== but);
  const besides = [...main.querySelectorAll("[data-autosave] [data-unsaved]")].filter((field) => field.form !== but);
  return [...forms.flatMap((form) => [...form.elements]), ...besides].find(isTyped);
}

// A form that came back with its problems holds what was typed before.
function isTyped(field) {
  if (field.form.dataset.typed !== undefined) return field.matches("input:not([type=hidden])");
  return touched.has(field) && field.value !== field.defaultValue;
}

function staysHere(form, button) {
  const isSave = form.dataset.autosave !== undefined && (button?.value ?? "save") === "save";
  return (
    isSave || form.method === "dialog" || form.dataset.again !== undefined || (button ?? form).matches("[hx-post]")
  );
}

function askBeforeSubmit(event) {
  const { target: form, submitter } = event;
  if (staysHere(form, submitter)) return;
  const field = isAgreed ? undefined : unsent(form);
  isAgreed = !field || window.confirm(main.dataset.unsent);
  if (isAgreed) return;
  event.preventDefault();
  event.stopPropagation();
  field.focus();
}

// The server asks for a reload when a call has ended; it waits until the words are sent or cleared.
function holdReload(event) {
  const held = document.querySelector("#held");
  if (!held || !event.detail.xhr.getResponseHeader("HX-Refresh") || !unsent()) return;
  event.preventDefault();
  held.hidden = false;
}

if (main) {
  main.addEventListener("input", (event) => {
    touched.add(event.target);
    isAgreed = false;
  });
  document.addEventListener("submit", askBeforeSubmit, true);
  window.addEventListener("pageshow", () => {
    isAgreed = false;
  });
  window.addEventListener("beforeunload", (event) => {
    if (!isAgreed && unsent()) event.preventDefault();
  });
  document.body.addEventListener("htmx:beforeOnLoad", holdReload);
}
