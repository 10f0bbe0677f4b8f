// The customer's phone page: takes the token out of the address, reduces the picture, sends it in parts with the
// progress shown, and keeps it when the check has something to say or the connection breaks.
import { watchCameras } from "./camera.js";
import { Refused, sendInParts } from "./parts.js";
import { reduced } from "./reduce.js";
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
  form.querySelector("#sent").textContent = "";
  const source = form.elements.source_picture.value;
  try {
    const file = await reduced(form.elements.picture.files[0], JSON.parse(form.querySelector("#limits").textContent));
    put(form.elements.picture, file);
    const data = await withParts(form, file);
    const to = source === "file" ? form.action : form.querySelector("[data-camera]").dataset.frames;
    show(await send(to, data, form.querySelector("progress")), file, source);
  } catch (error) {
    await explain(error, form);
  }
  isSending = false;
}

// The picture itself travels in parts; the form that follows names them.
async function withParts(form, file) {
  const bar = form.querySelector("progress");
  const [url, headers] = [form.dataset.parts, { "X-CSRFToken": form.elements.csrfmiddlewaretoken.value }];
  bar.hidden = false;
  const upload = await sendInParts(url, file, headers, {
    onProgress: (share) => {
      bar.value = 100 * share;
    },
    onWait: (isLost) => {
      form.querySelector("#sent").textContent = isLost ? form.dataset.waiting : "";
    },
  });
  const data = new FormData(form);
  data.delete("picture");
  data.set("parts", upload);
  return data;
}

async function explain(error, form) {
  form.querySelector("progress").hidden = true;
  if (error instanceof Refused) {
    // Too many, too large or a fault; otherwise the link or the step has ended, and its page says so.
    if (error.status === 413 || error.status === 429 || error.status >= 500) report(error.status);
    else location.reload();
    return;
  }
  const dropped = await dropUnreadable([form.elements.picture]);
  form.querySelector("#sent").textContent = dropped.length ? form.dataset.fileChanged : form.dataset.offline;
}

function report(status) {
  const { uploadFailed, tooLarge } = document.querySelector("#take").dataset;
  document.querySelector("#sent").textContent = status === 413 ? tooLarge : uploadFailed;
}

function show(request, file, source) {
  const page = new DOMParser().parseFromString(request.responseText, "text/html");
  const main = page.querySelector("main");
  // Without it the reply is not from the portal's pages: a proxy that refuses, or an error without a page.
  if (!main) return report(request.status);
  document.querySelector("main").replaceWith(main);
  if (request.status === 200) history.replaceState(null, "", request.responseURL); // the next step of an invitation
  const form = document.querySelector("#take");
  // After a success the form is that of the next picture.
  if (form && request.status !== 200) {
    put(form.elements.picture, file);
    form.elements.source_picture.value = source;
  }
  if (form) watchCameras(form);
  document.querySelector("#problems")?.focus();
}
