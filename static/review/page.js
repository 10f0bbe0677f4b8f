// The review desk: one page on which submission follows submission. Every form works without it; with it the next
// submission is put in place of this one, so that its images can wait in memory.

import { showTrail } from "../core/lists.js";
import { takeToasts } from "../core/shell.js";
import * as claim from "./claim.js";
import * as images from "./images.js";
import * as panels from "./panels.js";
import * as ahead from "./prefetch.js";
import * as keys from "./shortcuts.js";
import * as typed from "./unsent_text.js";
import * as verdict from "./verdict.js";

const CONSOLE = /^\/review\/[0-9a-f-]{36}\/$/;
let busy = false;
let shown = location.pathname; // of the submission in sight
let isLeaving = false; // nothing is asked any more

const main = () => document.querySelector("main");
// A download and what opens in a window of its own leave this page as it is: the browser sends them itself.
const isDesk = (form) => form.matches("main[data-console] form[method=post]:not([data-again], [target])");

document.addEventListener("submit", (event) => {
  const form = event.target;
  // The browser sends this form itself and asks only about what is typed in others.
  if (!isDesk(form)) {
    isLeaving ||= form.dataset.leaves !== undefined && !typed.isUnsent(main(), form);
    return;
  }
  event.preventDefault();
  if (!busy) sendUnlessStopped(form, event.submitter);
});

// What leads to another submission loses what is typed on this one: "Next", or a decision with "Open next" while a note
// is half written.
async function sendUnlessStopped(form, submitter) {
  const opensNext = submitter?.dataset.leaves !== undefined && form.elements.then?.checked;
  const leaves = form.dataset.leaves !== undefined || opensNext;
  if (!leaves || !typed.isUnsent(main(), form) || (await typed.askToLeave())) send(form, submitter);
}

async function send(form, submitter) {
  work(true);
  try {
    const reply = await fetch(form.getAttribute("action"), {
      method: "POST",
      body: new FormData(form, submitter),
      headers: { "X-Desk": "1" },
    });
    const next = reply.headers.get("X-Next");
    if (next) await visit(next, form);
    else take(await reply.text(), shown, form);
  } catch {
    claim.say(main().dataset.unreachable);
  } finally {
    work(false);
  }
}

async function visit(url, sent) {
  const path = new URL(url, location.href).pathname;
  if (!CONSOLE.test(path)) {
    isLeaving = true;
    location.assign(url);
    return;
  }
  const reply = await fetch(path, { headers: { "X-Desk": "1", "X-Preloaded": ahead.idsFor(path) } });
  take(await reply.text(), path, sent);
}

// Puts the page that came back in place of this one.
function take(html, path, sent) {
  const page = new DOMParser().parseFromString(html, "text/html");
  const next = page.querySelector("main[data-console]");
  if (!next) {
    // Not allowed any more, the session has ended, or the portal is not well: what is typed here must stay.
    const ended = page.querySelector("input[name=password]") && main().dataset.loggedOut;
    claim.say(
      ended || page.querySelector("main .void p, main .card p")?.textContent.trim() || main().dataset.unreachable,
    );
    return;
  }
  const same = path === shown;
  const typing = same ? typed.focused(next, sent) : null;
  // A question or a note that was sent gives the decision back, as does a new claim.
  const isBack = !main().querySelector("#decide") || sent?.closest("[data-writes]");
  const tab = same && !isBack ? panels.shown() : "";
  const have = same ? ahead.leaveOut(next, main()) : new Map();
  if (same) typed.carry(main(), next, sent);
  else ahead.useIn(next, path);
  document.title = page.title;
  main().replaceWith(document.adoptNode(next));
  ahead.putBack(main(), have);
  document.querySelector(".crumbs").replaceWith(document.adoptNode(page.querySelector(".crumbs")));
  takeToasts(page);
  if (!same) history.pushState({}, "", path);
  shown = path;
  showTrail();
  start();
  if (tab && !main().querySelector("#problems")) panels.show(tab);
  window.htmx?.process(main());
  typed.goOn(typing, main().querySelector("#problems") ?? main().querySelector("h1"));
}

function work(isBusy) {
  busy = isBusy;
  keys.rest(isBusy);
  main().toggleAttribute("aria-busy", isBusy);
}

function start() {
  images.start();
  claim.start();
  verdict.start();
  panels.start();
  showDifferences();
  ahead.start();
  // Verdicts on others that can still be taken back leave the page with their ten seconds.
  for (const bar of document.querySelectorAll(".leaving")) count(bar, Number(bar.dataset.seconds));
}

function showDifferences() {
  const only = document.querySelector("#differences-only");
  if (!only) return;
  only.closest("label").hidden = false;
  only.addEventListener("change", () =>
    document.querySelector(".compare").classList.toggle("differences-only", only.checked),
  );
}

function count(bar, seconds) {
  if (!bar.isConnected) return;
  if (seconds <= 0) bar.remove();
  else {
    bar.querySelector(".seconds-left").textContent = seconds;
    setTimeout(() => count(bar, seconds - 1), 1000);
  }
}

// Back and forward: the page is requested again, and stays in sight while something typed on it is not sent.
window.addEventListener("popstate", async () => {
  if (location.pathname === shown && !isLeaving) return;
  if (isLeaving || !typed.isUnsent(main())) {
    isLeaving = true;
    location.reload();
    return;
  }
  history.pushState({}, "", shown);
  if (!(await typed.askToLeave())) return;
  isLeaving = true;
  history.back();
});
window.addEventListener("beforeunload", (event) => {
  if (!isLeaving && typed.isUnsent(main())) event.preventDefault();
});
keys.start();
start();
