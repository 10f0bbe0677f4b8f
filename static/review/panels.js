// The folded parts of the review page. While a part with a text field is open, no shortcut acts: the keys type text.
const WRITING = "textarea, select, input:not([type=hidden], [type=checkbox], [type=radio])";
const fieldOf = (part) => part.querySelector(WRITING);
// Corrections belong to the decision, whose shortcuts go on.
const written = () => [...document.querySelectorAll("main details[open]:not(.corrections)")].filter(fieldOf);

export const isOpen = () => written().length > 0;

export function open(selector) {
  const part = document.querySelector(selector);
  if (!part) return;
  part.open = true;
  (fieldOf(part) ?? part.querySelector("summary")).focus();
  part.scrollIntoView({ block: "nearest" });
}

// Gives the keys back to the page. What is typed stays in the part. Returns whether there was one to close.
export function close() {
  const parts = written();
  for (const part of parts) part.open = false;
  if (parts.length) document.querySelector("main h1").focus();
  return parts.length > 0;
}

export function start() {
  document.addEventListener("click", (event) => {
    const part = event.target.closest?.("main summary")?.parentElement;
    if (part && !part.open) setTimeout(() => fieldOf(part)?.focus()); // once it is open
  });
}
