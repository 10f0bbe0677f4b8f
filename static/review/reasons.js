// The list of reject reasons: search, chips for the most used, and what the customer reads.
let form = null;
const radios = () => [...form.querySelectorAll("input[name=reason_code]")];

export const selected = () => form?.querySelector("input[name=reason_code]:checked");

export function show(within = form) {
  form = within;
  const chosen = selected();
  const tell = form.querySelector("#tell");
  tell.hidden = !chosen;
  tell.querySelector("[data-tell]").textContent = chosen?.dataset.say ?? "";
  for (const chip of form.querySelectorAll("[data-reason]"))
    chip.setAttribute("aria-pressed", String(chip.dataset.reason === chosen?.value));
}

function select(radio) {
  radio.checked = true;
  radio.closest(".reason").scrollIntoView({ block: "nearest" });
  form.dispatchEvent(new Event("input", { bubbles: true }));
  show();
}

const words = (text) => text.toLowerCase().split(/\s+/).filter(Boolean);
const fits = (radio, wanted) => {
  const group = radio.closest("fieldset").querySelector("legend");
  const text = `${radio.closest(".reason").textContent} ${group.textContent}`;
  return wanted.every((word) => text.toLowerCase().includes(word));
};

function search(field) {
  const wanted = words(field.value);
  for (const radio of radios()) radio.closest(".reason").hidden = !fits(radio, wanted);
  for (const group of form.querySelectorAll(".reasons-list fieldset"))
    group.hidden = !group.querySelector(".reason:not([hidden])");
  form.querySelector(".reasons-none").hidden = radios().some((radio) => !radio.closest(".reason").hidden);
}

// Enter takes the first reason that fits and goes on to the comment; the arrow keys walk through the list.
function onKey(event) {
  const first = radios().find((radio) => !radio.closest(".reason").hidden);
  if (event.isComposing || !first || event.ctrlKey || event.metaKey) return;
  if (event.key === "Enter") {
    select(first);
    form.elements.comment.focus();
  } else if (event.key === "ArrowDown") {
    select(first);
    first.focus();
  } else return;
  event.preventDefault();
}

export function start(within) {
  form = within;
  const field = form.querySelector("#find-reason");
  form.querySelector(".chips").hidden = false;
  field.addEventListener("input", () => search(field));
  field.addEventListener("keydown", onKey);
  for (const radio of radios()) radio.addEventListener("change", () => show());
  form.querySelector(".chips").addEventListener("click", (event) => {
    const code = event.target.closest("[data-reason]")?.dataset.reason;
    if (!code) return;
    select(radios().find((radio) => radio.value === code));
    if (!form.elements.comment.value.trim()) form.elements.comment.focus();
  });
  show();
}
