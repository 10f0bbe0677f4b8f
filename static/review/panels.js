// The tabs beside the images, and the menus of the case bar. While a part with a text field is open, no shortcut acts:
// the keys type text.
const WRITING = "textarea, select, input:not([type=hidden], [type=checkbox], [type=radio])";
const tabs = () => [...document.querySelectorAll("#tabs a")];
const panelOf = (tab) => document.querySelector(tab.getAttribute("href"));
const fieldOf = (part) => part.querySelector(WRITING);
// Corrections belong to the decision, whose shortcuts go on.
const folded = () => [...document.querySelectorAll("main details[open]:not(.corrections)")].filter(fieldOf);
const written = () => [...document.querySelectorAll("main [data-writes]:not([hidden])")].filter(fieldOf);

export const isOpen = () => document.querySelector("#decide") !== null && (written().length > 0 || folded().length > 0);
export const shown = () =>
  tabs()
    .find((tab) => tab.hasAttribute("aria-current"))
    ?.getAttribute("href") ?? "";

export function show(selector) {
  const chosen = tabs().find((tab) => tab.getAttribute("href") === selector);
  if (!chosen) return null;
  for (const tab of tabs()) {
    panelOf(tab).hidden = tab !== chosen;
    if (tab === chosen) tab.setAttribute("aria-current", "true");
    else tab.removeAttribute("aria-current");
  }
  return panelOf(chosen);
}

export function open(selector) {
  const part = show(selector) ?? document.querySelector(selector);
  if (!part) return;
  if (part.matches("[data-writes]")) fieldOf(part)?.focus();
  part.scrollIntoView({ block: "nearest" });
}

export function timeline() {
  const part = document.querySelector("#timeline");
  part?.scrollIntoView({ block: "start" });
  part?.focus({ preventScroll: true });
}

// Gives the keys back to the page. What is typed stays in the part. Returns whether there was one to close.
export function close() {
  const parts = folded();
  const wrote = isOpen();
  for (const part of parts) part.open = false;
  if (written().length) show("#decide");
  if (wrote) document.querySelector("main h1").focus();
  return wrote;
}

export function start() {
  if (!tabs().length) return;
  const asked = tabs().find((tab) => tab.hash === location.hash);
  show((asked ?? tabs()[0]).getAttribute("href"));
}

export function watch() {
  document.addEventListener("click", (event) => {
    const tab = event.target.closest?.("#tabs a");
    const folding = event.target.closest?.("main summary")?.parentElement;
    if (folding && !folding.open) setTimeout(() => fieldOf(folding)?.focus()); // once it is open
    if (event.target.closest?.("[data-corrections]")) {
      show("#decide");
      document.querySelector("#corrections").open = true;
      fieldOf(document.querySelector("#corrections")).focus();
      event.preventDefault();
    }
    if (!tab) return;
    event.preventDefault();
    open(tab.getAttribute("href"));
  });
}
