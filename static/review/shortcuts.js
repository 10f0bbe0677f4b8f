// Every control of the review page has a key. One press acts once, on the submission that was in sight.
import { isNamingPage } from "../core/shell.js";
import * as images from "./images.js";
import * as panels from "./panels.js";
import { shortcut } from "./pressed.js";
import * as verdict from "./verdict.js";

const press = (selector) => () => document.querySelector(selector)?.click();

// The decision in sight, otherwise the latest of the others: the page lists those latest first.
const undo = () => (document.querySelector("#undo") ?? document.querySelector(".leaving button"))?.click();

const sheet = () => document.querySelector("#shortcuts").showModal();

// Shows the decision first, where another panel without a text field is open.
const deciding = (act) => () => {
  panels.show("#decide");
  act();
};

const KEYS = {
  a: deciding(() => verdict.choose("approved")),
  x: deciding(() => verdict.choose("rejected")),
  s: deciding(verdict.search),
  c: () => (document.querySelector("#claim-it") ? press("#claim-it") : deciding(verdict.comment))(),
  w: deciding(verdict.nextWarning),
  W: deciding(press("#acknowledge-all")),
  u: undo,
  n: press("#next"),
  e: press("#claim-keep"),
  "+": () => images.use("in"),
  "=": () => images.use("in"),
  "-": () => images.use("out"),
  0: () => images.use("reset"),
  r: () => images.use("turn"),
  R: () => images.use("back"),
  b: () => images.use("brighter"),
  B: () => images.use("darker"),
  v: () => images.use("contrast"),
  1: () => images.show("try1"),
  2: () => images.show("try2"),
  3: () => images.show("try3"),
  i: images.nextImage,
  d: images.nextDocument,
  f: images.fullScreen,
  l: press("#differences-only"),
  q: () => panels.open("#ask"),
  m: () => panels.open("#notes"),
  o: () => panels.open("#details"),
  t: panels.timeline,
  "?": sheet,
};
const ARROWS = { ArrowLeft: "left", ArrowRight: "right", ArrowUp: "up", ArrowDown: "down" };
const REPEATABLE = ["+", "=", "-", "b", "B"];
const TICKS = ["checkbox", "radio"];
let resting = false;

// While a page is on its way no key acts: what is pressed was meant for the one in sight.
export function rest(isBusy) {
  resting = isBusy;
}

const isTyping = (target) => target.closest("textarea, select, input") && !TICKS.includes(target.type);
const isEnter = (event) => event.key === "Enter" && !event.isComposing;
const isSpace = (event) => event.key === " " || event.code === "Space";

// A held key never presses a second time: one press, one decision. Space never confirms a decision: it ends a word that
// somebody types elsewhere.
function isRefused(event) {
  if (isSpace(event) && event.target.closest("#approve, #submit-reject")) return true;
  const presses = isEnter(event) ? !event.target.closest("textarea") : isSpace(event) && event.target.closest("button");
  return Boolean(presses) && (event.repeat || resting);
}

function onKey(event) {
  if (isRefused(event)) event.preventDefault();
  if (event.defaultPrevented || event.isComposing || event.altKey || event.metaKey) return;
  if (resting || isNamingPage() || document.querySelector("dialog[open]")) return;
  if (event.key === "Escape" && panels.close()) event.preventDefault();
  else if (isEnter(event) && !event.repeat && verdict.isConfirmedBy(event)) verdict.confirm(event);
  else if (isEnter(event) && !event.repeat && event.ctrlKey) sendWritten(event);
  else if (!event.ctrlKey && !isTyping(event.target) && !panels.isOpen()) act(event);
}

// Ctrl and Enter in a question or a note sends it.
function sendWritten(event) {
  const form = event.target.closest("[data-writes] form");
  if (!form) return;
  event.preventDefault();
  form.requestSubmit();
}

function act(event) {
  const key = shortcut(event);
  if (ARROWS[key] && (event.target === document.body || event.target.closest(".stage, h1"))) {
    event.preventDefault();
    images.use(ARROWS[key]);
    return;
  }
  const chosen = document.querySelector("main").dataset.singleKeys === "on" ? KEYS[key] : undefined;
  if (!chosen || (event.repeat && !REPEATABLE.includes(key))) return;
  event.preventDefault();
  chosen();
}

export function start() {
  document.addEventListener("keydown", onKey);
  // Firefox presses a button when Space comes up.
  document.addEventListener("keyup", (event) => {
    if (isSpace(event) && isRefused(event)) event.preventDefault();
  });
  panels.watch();
}
