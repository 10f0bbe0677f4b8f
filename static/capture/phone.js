// The customer's phone page: takes the token out of the address, sends the picture with its progress shown, and keeps
// it when the check has something to say or the connection breaks.
import { watchCameras } from "./camera.js";
import { dropUnreadable, put, send } from "./upload.js";

const enter = document.querySelector("#enter");
if (enter && location.hash.length > 1) {
  enter.elements.token.value = location.hash.slice(1);
  history.replaceState(null, "", location.pathname);
  enter.requestSubmit();
}
let isSending = false;
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-upload]") && event.target.files.length) hand(event.target.form);
});
document.addEventListener("submit", (event) => {
  if (event.target.id !== "take" || !event.target.elements.picture.files.length) return;
  event.preventDefault();
  hand(event.target);
});
watchCameras(document);

// A page that waits for staff or for ARGOS loads itself again after a change; a lost connection is tried again.
const NEWS_EVERY = 4000; // ms
setInterval(async () => {
  const waiting = document.querySelector("[data-state]");
  if (!waiting || document.hidden || isSending || document.activeElement?.matches("textarea")) return;
  const reply = await fetch(waiting.dataset.state).catch(() => null);
  if (reply && reply.status !== 204) location.replace(location.pathname);
}, NEWS_EVERY);

async function hand(form) {
  if (isSending) return;
  isSending = true;
  const [file, source] = [form.elements.picture.files[0], form.elements.source_picture.value];
  form.querySelector("#sent").textContent = "";
  try {
    const to = source === "file" ? form.action : form.querySelector("[data-camera]").dataset.frames;
    show(await send(to, new FormData(form), form.querySelector("progress")), file, source);
  } catch {
    const dropped = await dropUnreadable([form.elements.picture]);
    form.querySelector("#sent").textContent = dropped.length ? form.dataset.fileChanged : form.dataset.offline;
  }
  isSending = false;
}

function show(request, file, source) {
  const page = new DOMParser().parseFromString(request.responseText, "text/html");
  const main = page.querySelector("main");
  if (!main) {
    // not from the portal's pages: a proxy that refuses, or an error without a page
    const { uploadFailed, tooLarge } = document.querySelector("#take").dataset;
    document.querySelector("#sent").textContent = request.status === 413 ? tooLarge : uploadFailed;
    return;
  }
  document.querySelector("main").replaceWith(main);
  if (request.status === 200) history.replaceState(null, "", request.responseURL); // the next step of an invitation
  const form = document.querySelector("#take");
  if (form) {
    put(form.elements.picture, file);
    form.elements.source_picture.value = source;
    watchCameras(form);
  }
  document.querySelector("#problems")?.focus();
}
