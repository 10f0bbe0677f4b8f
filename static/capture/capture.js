// The capture form: saves what was typed a moment after it was typed, says beside each field what the server finds,
// and shows how far an upload is. Nothing of it is kept in the browser. Texts come from the form's data attributes.

import { normalised } from "../core/characters.js";
import { unsent } from "../core/unsaved_changes.js";
import { watchCameras } from "./camera.js";
import { watchImages } from "./images.js";
import { dropUnreadable, put, send } from "./upload.js";

const AFTER = 1200; // ms
const AGAIN = 8000; // ms, after a save that did not get through

export function watchUploads(form) {
  const state = { timer: 0, dirty: false, saving: null, posting: false, uploading: false, next: null };
  form.addEventListener("input", (event) => {
    if (event.target.type === "file") return;
    checkShape(event.target, false);
    compareWithRead(event.target);
    tickItem(event.target);
    state.dirty = true;
    form.querySelector("#saved").textContent = "";
    clearTimeout(state.timer);
    state.timer = setTimeout(() => save(form, state), AFTER);
  });
  form.addEventListener("change", (event) => {
    if (event.target.matches("[data-upload]") && event.target.files.length) {
      [state.pressed, state.next] = [false, null]; // Send was pressed for the picture before this one
      upload(form, state);
    } else checkShape(event.target, true);
    if (event.target.matches("[data-reload]")) reload(form, state);
  });
  form.addEventListener("submit", (event) => sendAfterSaving(form, state, event));
  document.addEventListener(
    "submit",
    (event) => {
      if (event.target !== form) leaveAfterSaving(form, state, event);
    },
    true,
  );
  window.addEventListener("focus", () => {
    if (state.dirty) save(form, state);
    if (chosen(form).length) upload(form, state);
  });
  window.addEventListener("beforeunload", (event) => {
    if (state.dirty || state.uploading) event.preventDefault();
  });
  return state;
}

// What was typed is on the server before anything is sent; a session that has ended loses nothing.
async function sendAfterSaving(form, state, event) {
  clearTimeout(state.timer);
  takeToken(form);
  if (state.uploading || chosen(form).length) {
    // it continues automatically when the picture is there
    event.preventDefault();
    state.next = () => form.requestSubmit(event.submitter);
    upload(form, state);
    return;
  }
  if ((event.submitter?.value ?? "save") === "save" && unsent()) {
    // the page stays for the words beside it
    event.preventDefault();
    save(form, state);
    return;
  }
  if (form.dataset.sent || state.isReached) {
    state.isReached = false;
    return;
  }
  event.preventDefault();
  if (state.pressed) return;
  state.pressed = true;
  const outcome = await save(form, state);
  const isCalledOff = !state.pressed;
  state.pressed = false;
  if (isCalledOff || outcome === "signed-out" || outcome === "offline") return;
  state.dirty = false;
  state.isReached = true; // just now: the browser's own submit would end on its error page otherwise
  form.requestSubmit(event.submitter);
}

// Another form of the page, or of its head: what was typed here is on the server first.
async function leaveAfterSaving(form, state, event) {
  const { target: other, submitter } = event;
  if (!(state.dirty || state.posting || state.uploading) || other.method === "dialog") return;
  event.preventDefault();
  event.stopPropagation();
  if (state.pressed) return;
  const go = () => other.requestSubmit(submitter);
  if (state.uploading) {
    state.next = go;
    return;
  }
  clearTimeout(state.timer);
  state.pressed = true;
  const outcome = await save(form, state);
  state.pressed = false;
  if (outcome === "saved") go();
  else form.querySelector("#saved").scrollIntoView({ block: "nearest" });
}

// Another ID type has other fields.
async function reload(form, state) {
  clearTimeout(state.timer);
  if ((await save(form, state)) === "saved") location.reload();
}

// One save at a time: each carries the version that the one before it left.
function save(form, state) {
  state.saving = (state.saving ?? Promise.resolve()).then(() => autosave(form, state));
  return state.saving;
}

async function autosave(form, state) {
  const sent = textOf(form);
  const outcome = await post(form, sent, state);
  const note = form.querySelector("#saved");
  const text = {
    saved: form.dataset.saved,
    offline: form.dataset.offline,
    "signed-out": form.dataset.signedOut,
    wrong: form.dataset.wrong,
  }[outcome];
  note.textContent = text ?? "";
  note.classList.toggle("bad", outcome !== "saved");
  if (outcome === "signed-out") note.append(" ", logInLink(form));
  if (state.dirty && outcome !== "wrong") state.timer = setTimeout(() => save(form, state), AGAIN);
  return outcome;
}

async function post(form, sent, state) {
  state.dirty = false;
  state.posting = true;
  let reply;
  try {
    reply = await fetch(form.getAttribute("action"), { method: "POST", body: sent, headers: { "X-Autosave": "1" } });
  } catch {
    state.dirty = true;
    return "offline";
  } finally {
    state.posting = false;
  }
  if (reply.redirected || reply.status === 403) {
    state.dirty = true;
    return reply.redirected && !isLogIn(form, reply.url) ? "wrong" : "signed-out";
  }
  if (!reply.ok || !reply.headers.get("Content-Type")?.includes("json")) {
    state.dirty = true;
    return "wrong";
  }
  const told = await reply.json();
  if (told.saved) remember(form, sent, told.version);
  showProblems(form, told);
  return told.saved ? "saved" : "wrong";
}

// The next post is judged against what this one left.
function remember(form, sent, version) {
  form.querySelector("[name=version]").value = version;
  for (const [name, value] of sent) {
    const was = form.querySelector(`[name="was_${CSS.escape(name)}"]`);
    if (was) was.value = value;
  }
  const consent = form.querySelector("[name=was_consent]");
  if (consent) consent.value = sent.get("consent") ?? "";
}

function textOf(form) {
  takeToken(form);
  const data = new FormData(form);
  for (const input of form.querySelectorAll("input[type=file]")) data.delete(input.name);
  data.delete("action");
  return data;
}

// Logging in again in another tab gives a new token; the cookie has it.
function token(form) {
  const name = `${form.dataset.tokenCookie}=`;
  const cookie = document.cookie.split("; ").find((part) => part.startsWith(name));
  return cookie ? cookie.slice(name.length) : form.elements.csrfmiddlewaretoken.value;
}

function takeToken(form) {
  form.elements.csrfmiddlewaretoken.value = token(form);
}

function isLogIn(form, url) {
  return new URL(url, location.href).pathname === form.dataset.logIn;
}

function logInLink(form) {
  const link = document.createElement("a");
  link.href = form.dataset.logIn;
  link.target = "_blank";
  link.rel = "noopener";
  link.textContent = form.dataset.logInAgain;
  return link;
}

// The shape of one value, by the pattern that the server rendered from its own table.
function checkShape(input, finished) {
  if (!input.dataset?.pattern) return;
  const isWrong = isMisshapen(input);
  const place = input.closest("[data-field]")?.querySelector("[data-problems]");
  if (!place || (isWrong && !finished)) return;
  place.querySelector("[data-shape]")?.remove();
  if (isWrong) place.prepend(line("error", input.dataset.wrong, "shape"));
  mark(input, isWrong);
}

function isMisshapen(input) {
  const { pattern } = input.dataset;
  const typed = normalised(input.value);
  return Boolean(pattern) && typed !== "" && !new RegExp(`^(?:${pattern})$`, "iu").test(typed);
}

// At once and roughly; the next save's answer says it exactly.
function compareWithRead(input) {
  const field = input.closest("[data-field]");
  const why = field?.querySelector("[data-why]");
  if (!why || why.contains(input)) return;
  const bare = (text) =>
    normalised(text)
      .normalize("NFKC")
      .toLowerCase()
      .replace(/[^\p{L}\p{N}]/gu, "");
  const { read } = field.querySelector("[data-read]").dataset;
  const differs = normalised(input.value) !== "" && bare(input.value) !== bare(read);
  why.hidden = !differs || isMisshapen(input);
  field.classList.toggle("changed", differs);
  field.classList.toggle("is-read", normalised(input.value) !== "");
  if (input.matches("input")) markDifference(field.querySelector("[data-read]"), input.value);
}

// The letters of the value read that the typed one does not have at the same place.
function markDifference(place, typed) {
  const read = place.textContent;
  const [a, b] = [read.toLowerCase(), typed.toLowerCase()];
  const most = Math.min(a.length, b.length);
  let begin = 0;
  while (begin < most && a[begin] === b[begin]) begin += 1;
  let end = 0;
  while (end < most - begin && a[a.length - 1 - end] === b[b.length - 1 - end]) end += 1;
  const mark = document.createElement("mark");
  mark.className = "del";
  mark.textContent = read.slice(begin, read.length - end);
  place.replaceChildren(read.slice(0, begin), ...(mark.textContent ? [mark] : []), read.slice(read.length - end));
}

// What the summary asked for is struck out as soon as it is filled.
function tickItem(input) {
  const link = document.querySelector(`#problems a[href="#${CSS.escape(input.id)}"]`);
  link?.classList.toggle("is-done", input.value.trim() !== "");
}

function showProblems(form, told) {
  for (const field of form.querySelectorAll("[data-field]")) {
    const mine = told.problems.filter((problem) => problem.field === field.dataset.field);
    const place = field.querySelector("[data-problems]");
    const input = field.querySelector("input:not([type=hidden]), select");
    const shown = place.querySelector("[data-shape]") ? mine.filter((problem) => problem.code !== "format") : mine;
    for (const old of place.querySelectorAll("small:not([data-shape])")) old.remove();
    place.append(...shown.map((problem) => line(problem.severity, problem.message)));
    const isWrong =
      mine.some((problem) => problem.severity === "error") || place.querySelector("[data-shape]") !== null;
    mark(input, isWrong);
    askWhy(form, field, mine);
    const why = field.querySelector("[data-why]");
    if (why) why.hidden = isWrong || !told.changed.includes(field.dataset.field);
    field.classList.toggle("changed", told.changed.includes(field.dataset.field));
  }
}

// A warning may be overruled: a place to say why appears with it and goes with it.
function askWhy(form, field, problems) {
  const codes = problems.filter((problem) => problem.severity === "warning").map((problem) => problem.code);
  for (const label of field.querySelectorAll("[data-overrule]")) {
    const stays = codes.includes(label.dataset.overrule) || label.querySelector("input").value !== "";
    if (!stays) label.remove();
  }
  for (const code of codes) {
    if (form.querySelector(`[name="reason_${CSS.escape(code)}"]`)) continue;
    const label = form.querySelector("#why-template").content.firstElementChild.cloneNode(true);
    label.dataset.overrule = code;
    label.querySelector("input").name = `reason_${code}`;
    field.insertBefore(label, field.querySelector("[data-why]")); // as the page has them when it is loaded
  }
}

function mark(input, isWrong) {
  if (isWrong) input.setAttribute("aria-invalid", "true");
  else input.removeAttribute("aria-invalid");
  input.closest("[data-field]")?.classList.toggle("wrong", isWrong);
}

function line(severity, text, shape) {
  const small = document.createElement("small");
  small.className = severity;
  small.textContent = text;
  if (shape) small.dataset.shape = "";
  return small;
}

// Sends what is chosen with its progress shown; what is chosen in the meantime goes next. A file stays chosen until it has
// arrived. A picture of the camera goes alone, by its own route. What is typed goes its own way (`save`), so that a slow
// line holds no words back and brings no old ones.
async function upload(form, state) {
  if (state.uploading) return;
  state.uploading = true;
  state.isBroken = false;
  let reply = null;
  try {
    while (chosen(form).length && (!reply || isTaken(form, reply))) reply = await sendChosen(form);
  } catch {
    await breakOff(form, state);
  }
  if (reply && state.dirty) await save(form, state);
  state.uploading = false;
  if (reply) arrived(form, state, reply);
}

// No connection: it is tried again. A file that cannot be read any more is not.
async function breakOff(form, state) {
  state.isBroken = true;
  const dropped = await dropUnreadable(chosen(form));
  if (dropped.length) state.next = null;
  form.querySelector("#saved").textContent = dropped.length ? form.dataset.fileChanged : form.dataset.offline;
  if (chosen(form).length) setTimeout(() => upload(form, state), AGAIN);
}

function isTaken(form, reply) {
  return reply.status === 200 && !isLogIn(form, reply.responseURL);
}

function chosen(form) {
  return [...form.querySelectorAll("[data-upload]")].filter((input) => input.files.length);
}

async function sendChosen(form) {
  const source = (input) => form.elements[`source_${input.name}`].value;
  const waiting = chosen(form);
  const live = waiting.find((input) => source(input) !== "file");
  const sent = (live ? [live] : waiting).map((input) => [input, input.files[0]]);
  const data = new FormData();
  data.set("csrfmiddlewaretoken", token(form));
  for (const [input, file] of sent) data.set(input.name, file);
  if (live) data.set("token", source(live));
  const to = live
    ? form.querySelector(`[data-camera="${CSS.escape(live.name)}"]`).dataset.frames
    : form.getAttribute("action");
  const reply = await send(to, data, form.querySelector("#progress"));
  if (!isTaken(form, reply) && reply.status !== 422) return reply;
  tellShown(form, sent, reply);
  for (const [input, file] of sent) if (input.files[0] === file) input.value = "";
  return reply;
}

// Send names the pictures it is pressed for; the server refuses it when others are stored.
function tellShown(form, sent, reply) {
  const page = new DOMParser().parseFromString(reply.responseText, "text/html");
  for (const [input] of sent) {
    const now = page.querySelector(`[name="shown_${CSS.escape(input.name)}"]`);
    if (now) form.elements[`shown_${input.name}`].value = now.value;
  }
}

function arrived(form, state, reply) {
  const [next, note] = [state.next, form.querySelector("#saved")];
  state.next = null;
  if (reply.status === 403 || isLogIn(form, reply.responseURL)) {
    note.replaceChildren(form.dataset.signedOut, " ", logInLink(form));
  } else if (reply.status !== 200 && reply.status !== 422) {
    note.textContent = reply.status === 413 ? form.dataset.tooLarge : form.dataset.uploadFailed;
    note.scrollIntoView({ block: "nearest" });
  } else if (reply.status === 422 || state.isBroken || state.dirty || (unsent() && !next)) {
    // words that are not stored yet stay where they are
    showPictures(form, state, new DOMParser().parseFromString(reply.responseText, "text/html"));
    if (reply.status === 200 && !state.dirty && !state.isBroken) note.textContent = form.dataset.saved;
  } else if (next) {
    next();
  } else {
    window.location.assign(reply.responseURL);
  }
}

// The pictures as they are now and what is wrong with the one that was sent; what else was chosen goes on its way.
function showPictures(form, state, page) {
  const waiting = chosen(form).map((input) => [
    input.name,
    input.files[0],
    form.elements[`source_${input.name}`].value,
  ]);
  const cards = page.querySelector(".cards");
  form.querySelector(".cards").replaceWith(cards);
  window.htmx?.process(cards);
  watchCameras(cards);
  watchImages(cards);
  const problems = page.querySelector("#problems");
  document.querySelector("#problems")?.remove();
  if (problems) form.before(problems);
  problems?.focus();
  for (const [name, file, source] of waiting.filter(([name]) => form.elements[name])) {
    put(form.elements[name], file);
    form.elements[`source_${name}`].value = source;
  }
  if (chosen(form).length) upload(form, state);
}
