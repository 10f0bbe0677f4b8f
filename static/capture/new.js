// The form of a new submission: shows the chosen images, offers the ID types of the country and project, and keeps the
// files when the server sends the form back. Images dropped on the home page bring the form there.
import { give } from "./images.js";
import { dropUnreadable, put } from "./upload.js";

function show(input) {
  const place = input.closest("[data-drop]");
  const image = place.querySelector("img");
  const [file] = input.files;
  if (image.src) URL.revokeObjectURL(image.src);
  image.hidden = !file;
  place.classList.toggle("is-filled", Boolean(file));
  image.onerror = () => unshown(input, file);
  if (file) image.src = URL.createObjectURL(file);
  else image.removeAttribute("src");
  place.querySelector("[data-name]").textContent = "";
  if (file) place.querySelector("[data-problem]").textContent = "";
  place.querySelector(".icon-lg").toggleAttribute("hidden", Boolean(file));
  const form = input.form;
  form.querySelector("[data-swap]").hidden = !(
    form.elements.id_front.files.length && form.elements.selfie.files.length
  );
}

// A browser shows no HEIC photo, but the portal reads it: its name shows that it was chosen. Other files are refused here.
function unshown(input, file) {
  const place = input.closest("[data-drop]");
  if (file !== input.files[0]) return;
  if (/heic|heif/i.test(file.type || file.name)) {
    place.querySelector("img").hidden = true;
    place.querySelector("[data-name]").textContent = file.name;
    return;
  }
  give(input);
  place.querySelector("[data-problem]").textContent = input.form.dataset.notImage;
}

function codeOf(text) {
  const typed = text.trim();
  const named = [...document.querySelectorAll("#countries option")].find((option) =>
    option.value.startsWith(`${typed} (`),
  );
  return (/\(([A-Z]{3})\)\s*$/.exec(named?.value ?? typed)?.[1] ?? typed).toUpperCase();
}

// Types that the country does not issue, or the project does not take, are not offered.
function offer(form) {
  const types = JSON.parse(form.querySelector("#id-types").textContent);
  const { id_type: list, project, issuing_country: country } = form.elements;
  const byCountry = types[project.value];
  if (!byCountry) return;
  const offered = byCountry[codeOf(country.value)] ?? byCountry[""];
  for (const option of list.options) {
    option.hidden = option.value !== "" && !offered.includes(option.value);
    option.disabled = option.hidden;
  }
  if (list.selectedOptions[0]?.disabled) list.value = "";
}

document.addEventListener("change", (event) => {
  const { target } = event;
  if (target.form?.matches("[data-new]")) bring(target.form);
  if (!target.form?.matches("#new")) return;
  if (target.matches("[data-image]")) {
    if (target.files.length > 1) {
      const [first, second] = target.files;
      put(target, first);
      give(target.form.elements.selfie, second);
    }
    show(target);
  } else if (["project", "issuing_country"].includes(target.name)) offer(target.form);
});
document.addEventListener("click", (event) => {
  const form = event.target.closest?.("[data-swap]")?.form;
  if (!form) return;
  const [one, other] = [form.elements.id_front, form.elements.selfie];
  const [first, second] = [one.files[0], other.files[0]];
  give(one, second);
  give(other, first);
});
document.addEventListener("submit", (event) => {
  if (event.target.id !== "new" || event.defaultPrevented) return;
  const chosen = [...event.target.querySelectorAll("[data-image]")].filter((input) => input.files.length);
  if (!chosen.length) return;
  event.preventDefault();
  send(event.target, event.submitter, chosen);
});

async function send(form, submitter, chosen) {
  if (form.dataset.sending) return;
  form.dataset.sending = "1";
  submitter?.classList.add("busy");
  let reply;
  try {
    reply = await fetch(form.getAttribute("action"), {
      method: "POST",
      body: new FormData(form, submitter),
      headers: { "X-Keeps-Files": "1" },
    });
  } catch {
    const dropped = await dropUnreadable(chosen);
    dropped.forEach(show);
    refuse(form, dropped.length ? form.dataset.fileChanged : form.dataset.failed);
    return;
  }
  if (reply.headers.get("Content-Type")?.includes("json")) location.assign((await reply.json()).url);
  else if (reply.redirected) location.assign(reply.url);
  else sendBack(form, await reply.text(), chosen);
}

// The page stays as it is, and its buttons work again.
function refuse(form, text) {
  form.querySelector("#sent").textContent = text;
  delete form.dataset.sending;
  delete form.dataset.sent;
  for (const button of form.querySelectorAll("button.busy")) {
    button.disabled = false;
    button.classList.remove("busy");
  }
}

function sendBack(form, text, chosen) {
  const fresh = replaced(form, text, chosen);
  if (fresh) (fresh.querySelector("#problems") ?? fresh.querySelector("#same"))?.focus();
  else refuse(form, form.dataset.failed);
}

// Puts the page's form in place of this one, with the chosen files.
function replaced(form, text, chosen) {
  const fresh = new DOMParser().parseFromString(text, "text/html").querySelector("#new");
  if (!fresh) return null;
  const held = chosen.map((input) => [input.name, [...input.files]]);
  form.replaceWith(fresh);
  window.htmx?.process(fresh);
  for (const [name, files] of held) give(fresh.elements[name], ...files);
  offer(fresh);
  return fresh;
}

// The home page has no form of its own: it comes once there is an image for it.
async function bring(zone) {
  if (zone.dataset.sending) return;
  zone.dataset.sending = "1";
  try {
    const text = await (await fetch(zone.dataset.new)).text();
    const chosen = [...zone.querySelectorAll("input[type=file]")].filter((input) => input.files.length);
    const fresh = replaced(zone, text, chosen);
    if (!fresh) location.assign(zone.dataset.new);
    else fresh.elements.email.focus();
  } catch {
    zone.querySelector("[role=status]").textContent = zone.dataset.failed;
    delete zone.dataset.sending;
  }
}

const zone = document.querySelector("[data-new]");
if (zone)
  for (const part of zone.querySelectorAll("[data-drop], [data-plain]")) part.hidden = part.matches("[data-plain]");
const form = document.querySelector("#new");
if (form) offer(form);
