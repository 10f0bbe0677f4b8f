// Small helps on every page. Each works without: forms post as they are.
import { watchCameras } from "../capture/camera.js";
import { watchUploads } from "../capture/capture.js";
import "../capture/images.js";
import { dropUnreadable } from "../capture/upload.js";
import { watchTimes } from "./countdown.js";
import "./lists.js";
import { watchSession } from "./session.js";
import { watchShell } from "./shell.js";

// A form whose file cannot be read any more would end on the browser's error page. The capture forms look themselves.
document.addEventListener(
  "submit",
  async (event) => {
    const { target: form, submitter } = event;
    const files = [...form.querySelectorAll("input[type=file]:not([data-upload], [data-image])")].filter(
      (input) => input.files.length,
    );
    if (!files.length || form.dataset.readable) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const [dropped] = await dropUnreadable(files);
    if (dropped) {
      dropped.setCustomValidity(dropped.dataset.changed);
      dropped.reportValidity();
      setTimeout(() => dropped.setCustomValidity(""), 4000); // the form can be sent without it
      return;
    }
    form.dataset.readable = "1";
    form.requestSubmit(submitter);
    delete form.dataset.readable;
  },
  true,
);

// A second press of a button does nothing; the server would refuse it anyway.
document.addEventListener("submit", (event) => {
  const form = event.target;
  // A download leaves the page as it is and may be repeated; a dialog is closed as often as it is opened.
  if (form.dataset.again !== undefined || form.getAttribute("method") === "dialog") return;
  if (event.defaultPrevented || form.dataset.sent) {
    if (form.dataset.sent) event.preventDefault();
    return;
  }
  form.dataset.sent = "1";
  const button = event.submitter;
  if (button)
    setTimeout(() => {
      button.disabled = true;
      button.classList.add("busy");
    });
});
window.addEventListener("pageshow", () => {
  for (const form of document.forms) {
    delete form.dataset.sent;
    for (const button of form.querySelectorAll("button.busy")) {
      button.disabled = false;
      button.classList.remove("busy");
    }
  }
});

// htmx posts carry Django's token.
document.body.addEventListener("htmx:configRequest", (event) => {
  const token = document.querySelector("input[name=csrfmiddlewaretoken]");
  if (token) event.detail.headers["X-CSRFToken"] = token.value;
});

document.querySelector("#problems")?.focus();

// A searchable list offers only choices that fit the text in its field. The old choice is selected: typing replaces it.
document.addEventListener(
  "focusin",
  (event) => event.target.matches?.("input[list=countries]") && event.target.select(),
);

// A problem's link brings the keyboard to its field, not only the eyes.
document.addEventListener("click", (event) => {
  const link = event.target.closest?.("#problems a[href^='#']");
  const place = link && document.getElementById(link.hash.slice(1));
  if (!place) return;
  event.preventDefault();
  for (let around = place.closest("details"); around; around = around.parentElement.closest("details"))
    around.open = true;
  const control = place.matches("input, select, textarea")
    ? place
    : place.querySelector("input:not([type=hidden]), select, textarea, button, a");
  (control ?? place).focus();
  place.scrollIntoView({ block: "center" });
});

const capture = document.querySelector("form[data-autosave]");
if (capture) watchUploads(capture);
watchCameras(document);
watchTimes();
watchSession();
watchShell();
