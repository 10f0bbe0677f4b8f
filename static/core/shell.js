// The frame of every page: menus, theme, toasts, search and the keys that work everywhere.
const TOAST_MS = 8000;
const GO = { h: "start", s: "submission_list", q: "review_queue", r: "reports" };
let isGoing = false; // after G, the next key names a page

export function watchShell() {
  const needScript = "[data-theme-toggle], [data-shortcuts], [data-toast-close], [data-copy]";
  for (const button of document.querySelectorAll(needScript)) button.hidden = false;
  document.addEventListener("click", onClick);
  document.addEventListener("keydown", onKey);
  fade(document);
}

function fade(page) {
  for (const toast of page.querySelectorAll("[data-toast]")) setTimeout(() => toast.remove(), TOAST_MS);
}

// Shows the messages of a page that is put in place of this one.
export function takeToasts(page) {
  fade(page);
  for (const button of page.querySelectorAll("[data-toast-close]")) button.hidden = false;
  document.querySelector("#toasts").append(...page.querySelectorAll("#toasts [data-toast]"));
}

// Whether the next key names a page, so that it is no shortcut of the page in sight.
export const isNamingPage = () => isGoing;

export function isTyping(target) {
  return target.closest?.("input:not([type=checkbox], [type=radio]), select, textarea, dialog[open]") != null;
}

function onClick(event) {
  const { target } = event;
  for (const menu of document.querySelectorAll("details.menu[open]")) if (!menu.contains(target)) menu.open = false;
  if (target.closest("[data-theme-toggle]")) switchTheme();
  if (target.closest("[data-shortcuts]")) document.querySelector("#shortcuts").showModal();
  target.closest("[data-toast-close]")?.closest("[data-toast]").remove();
  const copying = target.closest("[data-copy]");
  if (copying) copy(copying);
}

// Copies the value or the text of the element that the button names. Where the browser forbids it, it is selected.
async function copy(button) {
  const source = document.getElementById(button.dataset.copy);
  if (source.select) source.select();
  else getSelection().selectAllChildren(source);
  try {
    await navigator.clipboard.writeText(source.value ?? source.textContent);
    button.querySelector("span").textContent = button.dataset.copied;
  } catch {
    source.focus();
  }
}

function switchTheme() {
  const root = document.documentElement;
  const theme = root.dataset.bsTheme === "dark" ? "light" : "dark";
  root.dataset.bsTheme = theme;
  root.dataset.theme = theme;
  try {
    localStorage.setItem("theme", theme);
  } catch {
    // It lasts for this page only.
  }
  document.dispatchEvent(new Event("themechange"));
}

function onKey(event) {
  if (event.key === "Escape") closeMenus();
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || event.defaultPrevented) return;
  const wasGoing = isGoing;
  isGoing = false;
  if (wasGoing && GO[event.key]) {
    document.querySelector(`.side-link[data-page="${GO[event.key]}"]`)?.click();
    event.preventDefault();
  } else if (event.key === "g") isGoing = true;
  else if (event.key === "/") focus(event, "#search");
  else if (event.key === "?") {
    document.querySelector("#shortcuts")?.showModal();
    event.preventDefault();
  } else if (event.key === "j" || event.key === "k") moveRow(event, event.key === "j" ? 1 : -1);
}

function closeMenus() {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
}

function focus(event, selector) {
  const field = document.querySelector(selector);
  if (!field) return;
  event.preventDefault();
  field.focus();
}

// J and K move through the rows of the page's first list; Enter then opens the focused link, as everywhere.
function moveRow(event, step) {
  const links = [...document.querySelectorAll("[data-list] .row-link")];
  if (!links.length) return;
  const at = links.indexOf(document.activeElement);
  links[Math.min(Math.max(at + step, 0), links.length - 1)].focus();
  event.preventDefault();
}
