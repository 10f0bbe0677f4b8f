// Every control of the review page has a key. One press acts once, on the submission that was in sight.
import * as images from "./images.js";
import * as verdict from "./verdict.js";

const press = (selector) => () => document.querySelector(selector)?.click();
const focus = (selector) => () => document.querySelector(selector)?.focus();

function openPart(selector) {
  return () => {
    const part = document.querySelector(selector);
    if (!part) return;
    part.open = true;
    part.querySelector("summary").focus();
    part.scrollIntoView({ block: "nearest" });
  };
}

export const sheet = () => document.querySelector("#keys").showModal();

const KEYS = {
  "a": () => verdict.choose("approved"),
  "x": () => verdict.choose("rejected"),
  "s": focus("#id_reason_code"),
  "c": () => (document.querySelector("#claim-it") ? press("#claim-it") : focus("#id_comment"))(),
  "w": verdict.nextWarning,
  "u": press("#undo, .leaving button"),
  "n": press("#next"),
  "e": press("#claim-keep"),
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
  "f": focus(".compare"),
  "q": openPart("#ask"),
  "m": openPart("#notes"),
  "o": openPart("#others"),
  "t": openPart("#timeline"),
  "?": sheet,
};
const ARROWS = { ArrowLeft: "left", ArrowRight: "right", ArrowUp: "up", ArrowDown: "down" };
const REPEATABLE = ["+", "=", "-", "b", "B"];
const TICKS = ["checkbox", "radio"];
let resting = false;

// While a page is on its way no key acts: what is pressed was meant for the one in sight.
export function rest(isBusy) { resting = isBusy; }

const isTyping = (target) => target.closest("textarea, select, input") && !TICKS.includes(target.type);

function onKey(event) {
  // A held key never presses a second time: one press, one verdict.
  if (["Enter", " "].includes(event.key) && (event.repeat || resting) && event.target.closest("button")) event.preventDefault();
  if (event.ctrlKey || event.altKey || event.metaKey || document.querySelector("dialog[open]")) return;
  if (resting || isTyping(event.target)) return;
  if (ARROWS[event.key] && (event.target === document.body || event.target.closest(".stage, h1"))) {
    event.preventDefault();
    images.use(ARROWS[event.key]);
    return;
  }
  const act = document.querySelector("main").dataset.singleKeys === "on" ? KEYS[event.key] : undefined;
  if (!act || (event.repeat && !REPEATABLE.includes(event.key))) return;
  event.preventDefault();
  act();
}

export function start() {
  document.addEventListener("keydown", onKey);
}
